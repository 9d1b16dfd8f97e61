"""Metrics that compare words: equality, token F1, token recall, length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.counts import Counts, count_all, count_one
from medgauge_metrics.numbering import Integers
from medgauge_metrics.reading import Reading, named, references, section_of, section_signature
from medgauge_metrics.reducing import SampleMean, ratio, sums
from medgauge_metrics.text_mean import TextMean, best, f1
from medgauge_metrics.textform import fold, normalise


def exact_match(*, section: str = "") -> SampleMean:
    """Share of answers that equal a reference after `normalise`. Undefined where no reference has text.

    A reference of punctuation alone is compared as it is.
    """
    reading = Reading(section=section)
    name = named("exact_match", reading.options)
    return SampleMean(
        name=name,
        signature=f"{name}|{section_signature(section)}|norm:v1|refs:any|agg:mean|v:1",
        value=_Equal(section=section),
        proportion=True,
    )


def token_f1(*, tokenizer: str = "char", section: str = "") -> TextMean:
    """Mean F1 of the multisets of tokens: twice the overlap over both lengths, with the best reference."""
    return TextMean(
        head="token_f1",
        values=_token_f1,
        how="bag:multiset|refs:best|agg:mean|v:1",
        reading=Reading(tokenizer=tokenizer, section=section),
    )


def token_recall(*, tokenizer: str = "char", section: str = "") -> TextMean:
    """Mean share of the reference's tokens that the answer holds, as a multiset, with the best reference.

    For comparison with published numbers (LLaVA-Med). It ranks nothing: the longest answer has the most. Where an
    answer repeats a word of the reference LLaVA-Med's own program counts every repetition as found.
    """
    return TextMean(
        head="token_recall",
        values=_token_recall,
        how="bag:multiset|refs:best|agg:mean|v:1",
        reading=Reading(tokenizer=tokenizer, section=section),
        higher_is_better=None,
    )


def length_ratio(*, tokenizer: str = "char", section: str = "") -> "LengthRatio":
    """Tokens written over tokens in the references, over the whole set."""
    return LengthRatio(reading=Reading(tokenizer=tokenizer, section=section))


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthRatio:
    """Tokens written over tokens in the references, the closest in length of several; vector (written, reference).

    1 is the length of the references. It explains a move of BLEU and ranks nothing.
    """

    reading: Reading

    @property
    def name(self) -> str:
        """`length_ratio`."""
        return named("length_ratio", self.reading.options)

    @property
    def signature(self) -> str:
        """Tokeniser, section, rule for references."""
        return f"{self.name}|{self.reading.signature}|refs:closest-length|agg:corpus|v:1"

    @property
    def proportion(self) -> bool:
        """May exceed 1."""
        return False

    @property
    def higher_is_better(self) -> None:
        """Neither end is good."""
        return

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "LengthRatio":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """(tokens written, tokens in the reference); None where no reference has any."""
        known = list(map(self.reading.tokens, self.reading.references(target)))
        return _lengths(count_one(self.reading.tokens(self.reading.written(answer)), known))[0]

    def measure_all(self, answers: Sequence[Answer | None], targets: Sequence[Answer]) -> list[Vector | None]:
        """What `measure` gives for each pair."""
        return _lengths(count_all(*self.reading.batch(answers, targets)))

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The ratio of the sums."""
        total = sums(statistics, weights, 2)
        return {"": ratio(total[:, 0], total[:, 1])}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Equal:
    """1 where the answer equals a reference, None where there is none."""

    section: str

    def __call__(self, answer: Answer, target: Answer) -> float | None:
        known = references(target, self.section)
        written = section_of(answer.text, self.section) or ""
        return float(any(_same(written, text) for text in known)) if known else None


def _same(written: str, reference: str) -> bool:
    wanted = normalise(reference)
    if not wanted:
        return fold(written).strip() == fold(reference).strip()
    return normalise(written) == wanted


def _token_f1(counts: Counts) -> FloatArray:
    return best(f1(counts.shared[:, :, 0], counts.written[:, None], counts.references), counts)


def _token_recall(counts: Counts) -> FloatArray:
    return best(ratio(counts.shared[:, :, 0].astype(float), counts.references.astype(float)), counts)


def _lengths(counts: Counts) -> list[Vector | None]:
    closest: Integers = counts.closest
    pairs = zip(counts.written.tolist(), closest.tolist(), strict=True)
    return [(float(written), float(reference)) if reference else None for written, reference in pairs]
