"""What can be built now that could not before? What was delivered, with links."""

from headway.ui.parts import answer

answer.page("capabilities")
