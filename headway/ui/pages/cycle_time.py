"""Q2: cycle time of features."""

from headway.ui.parts import answer

answer.page("cycle-time")
