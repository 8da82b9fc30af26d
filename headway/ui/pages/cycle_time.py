"""How has our cycle time on features changed? Headlines, charts and evidence, as the catalogue has them."""

from headway.ui.parts import answer

answer.page("cycle-time")
