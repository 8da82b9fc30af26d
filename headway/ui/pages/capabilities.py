"""Q1: capabilities."""

from headway.ui.parts import answer

answer.page("capabilities")
