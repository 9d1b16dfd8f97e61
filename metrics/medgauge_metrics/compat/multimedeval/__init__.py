"""MultiMedEval 1.0.0, as released by its authors; for comparison, never ranked."""
