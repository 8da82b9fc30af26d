"""Files that codify knowledge: instructions, decision records and owners, as facts."""
