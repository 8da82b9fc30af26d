"""Guardrails: change failures, time to restore, rework and reviews."""

from headway.ui.parts import answer

answer.page("guardrails")
