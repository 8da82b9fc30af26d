"""Export formats of tools."""
