"""One or several labels of a given list."""
