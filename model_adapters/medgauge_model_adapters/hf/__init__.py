"""Checkpoints that transformers loads: `transformers:FOLDER` or `transformers:OWNER/NAME`."""
