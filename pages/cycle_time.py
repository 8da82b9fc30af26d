"""How has our cycle time on features changed? Headlines, charts and evidence, as the catalogue has them."""

from pages import answer, controls
from queries import catalog

page = catalog.page("cycle-time")
view = controls.view()

answer.heading(page.title, view)
for panel in catalog.panels(page):
    answer.show(panel, view)
