"""Does what is built keep running? Failures, repairs and reviews."""

from pages import answer

answer.page("guardrails")
