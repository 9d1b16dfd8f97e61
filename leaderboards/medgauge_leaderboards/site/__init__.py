"""The static site: one folder that opens from disk."""
