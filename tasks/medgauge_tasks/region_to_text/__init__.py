"""The name of what a box holds."""
