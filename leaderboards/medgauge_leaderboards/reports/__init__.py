"""Reports of a comparison, each from the document alone."""
