"""Descriptions, each with the boxes that it speaks of."""
