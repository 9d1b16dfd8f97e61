"""Boxes as two cells of a grid over the image, counted row by row, as Kosmos-2 writes them."""

import math

from medgauge_model_adapters.boxes.markup import Quad


def corners(first: int, last: int, side: int) -> Quad:
    """x1, y1, x2, y2 in cells, of the cells at the top left and the bottom right of a `side` x `side` grid.

    A box within one row or one column of cells reaches to their edges, any other from centre to centre.
    """
    (top, left), (bottom, right) = divmod(first, side), divmod(last, side)
    if left == right or top == bottom:
        return float(left), float(top), right + 1.0, bottom + 1.0
    return left + 0.5, top + 0.5, right + 0.5, bottom + 0.5


def indices(quad: Quad, side: int) -> tuple[int, int]:
    """The cells that hold the two corners of x1, y1, x2, y2 in cells; always cells of the grid."""
    left, top = (min(max(math.floor(value), 0), side - 1) for value in quad[:2])
    right, bottom = (min(max(math.ceil(value) - 1, 0), side - 1) for value in quad[2:])
    return top * side + left, bottom * side + right
