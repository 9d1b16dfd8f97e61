"""N-grams and subsequences counted together, against counting them one by one."""

import random
import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge_metrics import ngrams
from medgauge_metrics.counts import (
    Counts,
    count_all,
    count_one,
    encode_all,
    subsequence_of_one,
    subsequences_of_all,
)
from medgauge_metrics.tokenize import TOKENISERS, tokens

words = st.lists(st.sampled_from([*"abcdefgh右肺", "12"]), max_size=12).map(" ".join)
samples = st.lists(st.tuples(words, st.lists(words, max_size=3).map(tuple)), max_size=7)
bits = st.sampled_from([63, 20, 12, 5])
sizes = st.sampled_from([1, 6, 1 << 16])


def split(data: list[tuple[str, tuple[str, ...]]]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    return tuple(written for written, _ in data), tuple(known for _, known in data)


def row(counts: Counts, sample: int, references: int) -> tuple:
    """What is counted of one sample; nothing stands where it has no more references."""
    assert not counts.references[sample, references:].any()
    assert not counts.shared[sample, references:].any()
    numbers = counts.written, counts.references[:, :references], counts.shared[:, :references], counts.clipped
    return *(array[sample].tolist() for array in numbers), counts.closest[sample], counts.shortest[sample]


@settings(max_examples=400, deadline=None)
@given(data=samples, bits=bits, size=sizes)
def test_a_batch_is_counted_as_its_samples(data: list, bits: int, size: int) -> None:
    """Also where few samples, or none, fit one integer; and where a chunk holds one token."""
    written, references = split(data)
    cut = [(tokens(text), list(map(tokens, known))) for text, known in data]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngrams, "_BITS", bits)
        patch.setattr(ngrams, "_TOKENS", size)
        together = count_all.__wrapped__("char", written, references)
    longest = subsequences_of_all.__wrapped__("char", written, references)
    for sample, (text, known) in enumerate(cut):
        assert row(together, sample, len(known)) == row(count_one(text, known), 0, len(known))
        assert row(longest, sample, len(known)) == row(subsequence_of_one(text, known), 0, len(known))


@settings(max_examples=200, deadline=None)
@given(data=samples, bits=bits)
def test_every_n_gram_is_found_through_its_beginning(data: list, bits: int) -> None:
    written, references = split(data)
    encoded, first = encode_all("char", written, references)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngrams, "_BITS", bits)
        chunks = list(ngrams.levels(encoded, first))
    for order in range(1, ngrams.ORDERS + 1):
        found: Counter = Counter()
        for chunk in chunks:
            for index in np.flatnonzero(chunk[order - 1].token >= 0).tolist():
                gram, at = [], index
                for level in chunk[order - 1 :: -1]:
                    gram.append(encoded.words[level.token[at]])
                    at = int(level.parent[at])
                for text, times in enumerate(chunk[order - 1].counts[:, index].tolist()):
                    found[int(chunk[order - 1].sample[index]), text, tuple(gram[::-1])] += times
        expected = Counter(
            (sample, number, tuple(cut[i : i + order]))
            for sample, (text, known) in enumerate(data)
            for number, cut in enumerate(map(tokens, (text, *known)))
            for i in range(len(cut) - order + 1)
        )
        assert +found == expected


def test_a_sample_with_more_words_than_fit_is_counted() -> None:
    """Four of 40,000 words do not fit one integer; beside it stand samples that do."""
    rng = random.Random(3)
    vocabulary = [f"w{i}" for i in range(40_000)]
    long = " ".join(rng.sample(vocabulary, 40_000))
    data = [("a b c d", ("a b c",)), (long, (" ".join(long.split()[:30_000]), "a")), ("a b", ("a b c d e",))]
    written, references = split(data)
    together = count_all.__wrapped__("none", written, references)
    for sample, (text, known) in enumerate(data):
        alone = count_one(text.split(), [words.split() for words in known])
        assert row(together, sample, len(known)) == row(alone, 0, len(known))
    assert together.clipped[1].tolist() == [30_000, 29_999, 29_998, 29_997]


def test_many_references() -> None:
    rng = random.Random(4)
    known = tuple(" ".join(rng.choices("abcdef", k=9)) for _ in range(40))
    together = count_all.__wrapped__("char", ("a b c d e f a",) * 2, (known, known[:1]))
    for sample, count in ((0, 40), (1, 1)):
        alone = count_one(list("abcdefa"), [text.split() for text in known[:count]])
        assert row(together, sample, count) == row(alone, 0, count)


@pytest.mark.parametrize("name", TOKENISERS)
@pytest.mark.parametrize("piece", ["肺", "a ", "effusion ", "1.", "\ud800 ", "\u0301", "，"], ids=repr)
def test_a_long_text_is_counted_in_time(name: str, piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.monotonic()
    count_all.__wrapped__(name, (text, ""), (("右肺 a b",), (text,)))
    assert time.monotonic() - started < 10


def test_nothing_is_counted_of_nothing() -> None:
    for counts in (count_all("char", (), ()), subsequences_of_all("char", (), ())):
        assert (len(counts.written), len(counts.closest)) == (0, 0)
    for counts in (count_all("char", ("a", ""), ((), ())), subsequences_of_all("char", ("a", ""), ((), ()))):
        assert counts.closest.tolist() == counts.shortest.tolist() == [0, 0]
