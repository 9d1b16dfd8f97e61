"""Pixels and masks of the eight modalities; `render.draw` is the way in."""
