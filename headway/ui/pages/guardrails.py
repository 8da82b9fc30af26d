"""Does what is built keep running? Failures, repairs and reviews."""

from headway.ui.parts import answer

answer.page("guardrails")
