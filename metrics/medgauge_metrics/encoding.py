"""Many texts as numbered tokens, in one pass: what the counting of n-grams and the longest subsequence work on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from medgauge_metrics.characters import cut
from medgauge_metrics.numbering import Integers, numbered, running
from medgauge_metrics.tokenize import TOKENISERS

_SURROGATES = range(0xD800, 0xE000)
_CHARACTERS = 0x110000 - len(_SURROGATES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Encoded:
    """Texts one after the other, every token as the number of its word."""

    words: tuple[str, ...]
    """Without repetition."""
    ids: Integers
    """(tokens,): indices into the words."""
    starts: Integers
    """(texts + 1,): where each text begins in `ids`; the last is the number of tokens."""

    def strings(self) -> list[str]:
        """Each text as a string with one character a token, the same for the same word.

        Raises OverflowError where there are more words than characters.
        """
        if len(self.words) > _CHARACTERS:
            raise OverflowError(f"{len(self.words)} words are more than there are characters")
        codes = self.ids + len(_SURROGATES) * (self.ids >= _SURROGATES.start)
        whole = codes.astype("<u4").tobytes().decode("utf-32-le")
        starts = self.starts.tolist()
        return [whole[start:end] for start, end in pairwise(starts)]


def encode(texts: Sequence[str], tokeniser: str) -> Encoded:
    """The texts as tokens of the tokeniser of that name."""
    if tokeniser == "char":
        words, ids, starts = cut(texts)
        return Encoded(words=words, ids=ids, starts=starts)
    lists = list(map(TOKENISERS[tokeniser], texts))
    words, ids = numbered(chain.from_iterable(lists))
    return Encoded(words=words, ids=ids, starts=running(map(len, lists), len(lists)))
