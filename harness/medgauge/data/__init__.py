"""The user's copies of the data sets: what is there, whether it is sound, and the form that MedGauge keeps it in."""
