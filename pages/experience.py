"""UX debt, experiments and the response to customers."""

from pages import answer

answer.page("experience")
