"""What readers see: a page for each page of the catalogue, and what pages share."""
