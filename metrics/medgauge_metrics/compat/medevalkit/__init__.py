"""MedEvalKit's rule scorer, as released by alibaba-damo-academy; for comparison, never ranked."""
