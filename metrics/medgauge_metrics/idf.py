"""In how many samples of a data set each n-gram of the references stands, frozen: the weights of CIDEr."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from medgauge.types import FloatArray
from medgauge_metrics.counts import References, encode_all
from medgauge_metrics.ngrams import ORDERS, Levels, levels
from medgauge_metrics.numbering import Integers

_UNKNOWN = -1
_BITS = 63


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Order:
    """The n-grams of one order, in the order of their keys."""

    keys: Integers
    """(G,): index of the n-gram without its last token, times the number of words, plus the last token."""
    documents: Integers
    """(G,): samples whose references hold it."""

    def index(self, parent: Integers, token: Integers, words: int) -> Integers:
        """Where n-grams stand; -1 for those that no reference holds."""
        known = (parent >= 0) & (token >= 0) & (len(self.keys) > 0)
        keys = np.where(known, parent * words + token, _UNKNOWN)
        found = np.minimum(np.searchsorted(self.keys, keys), max(0, len(self.keys) - 1))
        known[known] = self.keys[found[known]] == keys[known]
        return np.where(known, found, _UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Idf:
    """Counts of documents for n-grams up to four tokens; equal where the digest is."""

    documents: int
    """Samples that have a reference with tokens."""
    digest: str
    """The beginning of the SHA-256 of words and counts: the same whatever the order of the samples."""
    words: Mapping[str, int] = field(compare=False, repr=False)
    orders: tuple[_Order, ...] = field(compare=False, repr=False)

    def numbers(self, words: Sequence[str]) -> Integers:
        """The number of each word here; -1 for a word that no reference has."""
        return np.array([self.words.get(word, _UNKNOWN) for word in words], dtype=np.int64)

    def index(self, order: int, parent: Integers, token: Integers) -> Integers:
        """Of n-grams of one order, by the index of their beginning and the number of their last token; -1: unknown."""
        return self.orders[order - 1].index(parent, token, len(self.words))

    def weight(self, order: int, index: Integers) -> FloatArray:
        """log(documents / documents with the n-gram), an unknown one taken to stand in one."""
        times = np.append(self.orders[order - 1].documents, 1)[index]
        weight: FloatArray = np.log(self.documents) - np.log(np.maximum(times, 1))
        return weight


def idf(tokeniser: str, references: References) -> Idf:
    """Of all references, the texts of each sample together one document."""
    encoded, first = encode_all(tokeniser, ("",) * len(references), references)
    used = np.unique(encoded.ids)
    ordered = sorted((encoded.words[number], number) for number in used.tolist())
    place = np.zeros(len(encoded.words), dtype=np.int64)
    place[[number for _, number in ordered]] = np.arange(len(ordered))
    words = {word: number for number, (word, _) in enumerate(ordered)}
    chunks = [_light(chunk) for chunk in levels(encoded, first)]
    orders: list[_Order] = []
    below = [np.zeros(1, dtype=np.int64)] * len(chunks)
    for order in range(ORDERS):
        links = [(above[chunk[order][0]], chunk[order][1]) for above, chunk in zip(below, chunks, strict=True)]
        keys = [parent[token >= 0] * len(words) + place[token[token >= 0]] for parent, token in links]
        distinct, index, documents = _distinct(np.concatenate([np.zeros(0, dtype=np.int64), *keys]))
        orders.append(_Order(keys=distinct, documents=documents))
        below = [np.full(len(token), _UNKNOWN, dtype=np.int64) for _, token in links]
        ends = np.cumsum([len(part) for part in keys])
        for (_, token), indices, end, part in zip(links, below, ends, keys, strict=True):
            indices[token >= 0] = index[end - len(part) : end]
    documents_with_words = int(np.count_nonzero(np.diff(encoded.starts[first])))
    return Idf(
        documents=documents_with_words,
        digest=_digest(documents_with_words, list(words), orders),
        words=words,
        orders=tuple(orders),
    )


def _light(chunk: Levels) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Of each order parents and tokens, in half the room."""
    return tuple((level.parent.astype(np.int32), level.token.astype(np.int32)) for level in chunk)


def _distinct(keys: Integers) -> tuple[Integers, Integers, Integers]:
    """As `np.unique` with inverse and counts; to sort numbers with their places is faster than to sort the places."""
    bits = len(keys).bit_length()
    if not len(keys) or int(keys.max()).bit_length() + bits > _BITS:
        distinct, inverse, times = np.unique(keys, return_inverse=True, return_counts=True)
        return distinct, inverse.astype(np.int64), times.astype(np.int64)
    ordered = np.sort((keys << bits) | np.arange(len(keys)))
    values = ordered >> bits
    new = np.diff(values, prepend=-1) != 0
    index = np.empty(len(keys), dtype=np.int64)
    index[ordered & ((1 << bits) - 1)] = np.cumsum(new) - 1
    return values[new], index, np.diff(np.append(np.flatnonzero(new), len(keys)))


def _digest(documents: int, words: Sequence[str], orders: Sequence[_Order]) -> str:
    made = hashlib.sha256(f"{documents}\n".encode())
    made.update("\n".join(words).encode("utf-8", "surrogatepass"))
    for order in orders:
        made.update(order.keys.astype("<i8").tobytes() + order.documents.astype("<i8").tobytes())
    return made.hexdigest()[:12]
