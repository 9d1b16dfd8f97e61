"""Embedded baselines: what is most common, what the question alone gives away, and what simple vision sees."""
