"""Q4: UX debt, experiments and response to customers."""

from headway.ui.parts import answer

answer.page("experience")
