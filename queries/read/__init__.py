"""Reading: snapshot to numbers."""
