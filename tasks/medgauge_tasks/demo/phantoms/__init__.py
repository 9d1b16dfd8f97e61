"""Phantoms: medical pictures drawn by code, with exact truth, and the questions about them.

`design` says what each picture shows, `draw` makes its pixels and masks, `store` keeps both in a folder, `load` turns
them into samples. Left, right, upper and lower always mean sides of the image, never of a patient.
"""
