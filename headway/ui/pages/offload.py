"""Offload: what agents do of the work, and whether it lasts."""

from headway.ui.parts import answer

answer.page("offload")
