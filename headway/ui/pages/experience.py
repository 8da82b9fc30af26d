"""UX debt, experiments and the response to customers."""

from headway.ui.parts import answer

answer.page("experience")
