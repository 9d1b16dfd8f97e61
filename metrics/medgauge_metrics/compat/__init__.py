"""Scorers of other projects, rebuilt with their faults, for comparison only: nothing here ranks."""
