"""Submissions: runs that others hand in, held to a lock, scored again, and marked with what could be made sure of."""
