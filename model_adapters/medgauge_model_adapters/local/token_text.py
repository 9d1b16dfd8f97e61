"""Tokens into words, and where in the words each token ends."""

from collections.abc import Callable, Sequence
from typing import Protocol

UNFINISHED = "�"
"""What a decoder writes for the first bytes of a character whose last are still to come."""


class Decoder(Protocol):
    """The part of a tokenizer that is needed here."""

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool, clean_up_tokenization_spaces: bool) -> str:
        """The words of token ids."""
        ...


def decoding(tokenizer: Decoder, *, keep_special_tokens: bool) -> Callable[[Sequence[int]], str]:
    """Token ids to the words that they spell, none of them tidied."""

    def decode(ids: Sequence[int]) -> str:
        return tokenizer.decode(
            list(ids), skip_special_tokens=not keep_special_tokens, clean_up_tokenization_spaces=False
        )

    return decode


def token_ends(decode: Callable[[Sequence[int]], str], ids: Sequence[int], text: str) -> tuple[int, ...]:
    """Where each token ends in `text`, the words of all of them, in characters; never falling, the last at the end.

    A token that ends inside a character ends where the character begins. Each is decoded after the tokens before it,
    because some decoders write a token in another way at the start of a text.
    """
    ends: list[int] = []
    begin = read = written = 0
    for stop in range(1, len(ids) + 1):
        before, after = decode(ids[begin:read]), decode(ids[begin:stop])
        if len(after) > len(before) and not after.endswith(UNFINISHED):
            written += len(after) - len(before)
            begin, read = read, stop
        ends.append(min(written, len(text)))
    return (*ends[:-1], len(text)) if ends else ()
