"""Read side: snapshots, headlines, panels and evidence."""
