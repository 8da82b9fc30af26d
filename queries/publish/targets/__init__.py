"""Places beside the published file that get every table, one module a kind."""
