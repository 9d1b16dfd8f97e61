"""One module for each format that data sets come in. Readers are functions from a file to rows, boxes or pixels.

They know no task and no card. Boxes leave them as x1, y1, x2, y2 in pixels of the original image, continuous: x2 and
y2 are where the box ends, so that its width is x2 - x1. A file that breaks its form is a BadRecord that names the
place; a file that is missing is Incomplete.
"""
