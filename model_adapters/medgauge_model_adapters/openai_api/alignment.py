"""Where in a text the tokens end that a server lists beside it."""

import codecs
from collections.abc import Sequence

from medgauge_model_adapters.openai_api.answers import Token

_OPENING = "<think>"
_BROKEN = "\ufffd"
_MOST_CHARACTERS = 3
"""What one token of loose bytes, which a server may show as nothing at all, becomes in a text at most."""


def aligned(text: str, tokens: Sequence[Token]) -> tuple[tuple[int, float], ...] | None:
    """For each token its end in `text`, in characters, and its log-probability; None where they do not fit.

    A token that the text does not show (the end of the turn, a special token left out) ends where the one before does.
    """
    pieces = _pieces(tokens)
    for start in (0, len(_OPENING)) if text.startswith(_OPENING) else (0,):
        ends = _ends(text, pieces, start)
        if (ends[-1] if ends else start) == len(text):
            return tuple((end, token.logprob) for end, token in zip(ends, tokens, strict=True))
    return None


def _ends(text: str, pieces: Sequence[str], start: int) -> list[int]:
    """`loose` is how many characters the pieces of bytes since the last readable token may have become."""
    place, loose = start, 0
    ends: list[int] = []
    for piece in pieces:
        found = _found(text, piece, place, loose)
        if found is not None:
            place, loose = found, 0
        elif not piece or _BROKEN in piece:
            loose += _MOST_CHARACTERS + len(piece)
        ends.append(place)
    if 0 < len(text) - place <= loose:
        ends[-1] = len(text)
    return ends


def _found(text: str, piece: str, place: int, loose: int) -> int | None:
    """Where a piece ends in the text that begins at `place`, or up to `loose` characters after it."""
    for form in dict.fromkeys((piece, piece.strip())):
        begin = text.find(form, place, place + loose + len(form)) if form else -1
        if begin >= 0:
            return begin + len(form)
    return None


def _pieces(tokens: Sequence[Token]) -> list[str]:
    """The text of each token. A character over several tokens belongs to the last of them, where bytes are given."""
    if any(token.bytes is None for token in tokens):
        return [token.token for token in tokens]
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return [decoder.decode(bytes(token.bytes or ())) for token in tokens]
