"""What can be built now that could not before? What was delivered, with links."""

from pages import answer

answer.page("capabilities")
