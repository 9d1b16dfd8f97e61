"""A medical report of a whole image."""
