"""METEOR as nltk computes it (Lavie and Agarwal 2007): matched words, weighted for recall, less where they are torn.

The name says which words match, because the variants are not comparable: on the same reports nltk's METEOR lies far
from that of the Java program of the authors, which matches paraphrases as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, TypeAlias, cast

from medgauge.errors import MedGaugeError
from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.reducing import NO_ANSWER, ratio, sums
from medgauge_metrics.tokenize import SIGNATURE as TOKENISER
from medgauge_metrics.tokenize import tokens

ALPHA = 0.9
"""The weight of recall in the mean of precision and recall; precision has the rest."""
BETA = 3.0
GAMMA = 0.5
_Match: TypeAlias = Literal["exactstem", "wordnet"]
_Word: TypeAlias = tuple[int, str]
_Score: TypeAlias = Callable[[list[str], list[str]], float]
"""(words written, words of a reference) to METEOR."""


def meteor(*, match: str) -> "Meteor":
    """Mean METEOR; `match` is `exactstem` or `wordnet`, which needs nltk's WordNet. Raises ValueError for another."""
    if match not in ("exactstem", "wordnet"):
        raise ValueError(f"match={match}: expected exactstem or wordnet")
    return Meteor(match=cast(_Match, match))


@dataclass(frozen=True, slots=True, kw_only=True)
class Meteor:
    """The mean over samples of METEOR, the best over the references; vector (value, 1).

    Words match when they are equal, or have the same Porter stem; with `wordnet` also as synonyms. A Chinese
    character is a word and its own stem. A text of m words has 1 - 0.5 / m^3 against itself, not 1. Undefined where
    no reference has a word. Raises MedGaugeError where nltk or its WordNet is not installed; nothing is downloaded.
    """

    match: _Match
    wordnet: str = ""
    """The version of WordNet, from `prepare`."""

    @property
    def name(self) -> str:
        """`meteor(match=exactstem)`, `meteor(match=wordnet)`."""
        return f"meteor(match={self.match})"

    @property
    def signature(self) -> str:
        """Tokeniser, what matches, parameters."""
        synonyms = f"|wordnet:{self.wordnet or 'unread'}" if self.match == "wordnet" else ""
        form = f"{TOKENISER}|stem:porter-nltk{synonyms}|alpha:{ALPHA:g}|beta:{BETA:g}|gamma:{GAMMA:g}"
        return f"{self.name}|{form}|refs:best|agg:mean|v:1"

    @property
    def proportion(self) -> bool:
        """A mean of values between 0 and 1."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Always."""
        return True

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "Meteor":
        """The version of WordNet, where it is used. Raises MedGaugeError where something must be installed."""
        if self.match == "wordnet":
            return replace(self, wordnet=str(_wordnet().get_version()))
        _stemmer()
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """(METEOR, 1), or None where no reference has a word."""
        return _measure(answer, target, self._score())

    def measure_all(self, answers: Sequence[Answer | None], targets: Sequence[Answer]) -> list[Vector | None]:
        """What `measure` gives for each pair; a word is stemmed once."""
        score = self._score()
        return [_measure(answer, target, score) for answer, target in zip(answers, targets, strict=True)]

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The weighted mean."""
        total = sums(statistics, weights, 2)
        return {"": ratio(total[:, 0], total[:, 1])}

    def _score(self) -> _Score:
        if self.match == "wordnet":
            return _with_wordnet()
        stem = _stemmer()
        return lambda written, reference: exactstem_score(written, reference, stem)


def exactstem_score(written: Sequence[str], reference: Sequence[str], stem: Callable[[str], str]) -> float:
    """METEOR of two lists of lower-case words by equality and then by stem; 0 where nothing matches."""
    pairs, rest, missing = _matched(list(enumerate(written)), list(enumerate(reference)))
    if rest and missing:
        stemmed = [[(i, stem(word)) for i, word in words] for words in (rest, missing)]
        pairs += _matched(*stemmed)[0]
    if not pairs:
        return 0.0
    precision, recall = len(pairs) / len(written), len(pairs) / len(reference)
    mean = (precision * recall) / (ALPHA * precision + (1 - ALPHA) * recall)
    penalty: float = GAMMA * (_chunks(sorted(pairs)) / len(pairs)) ** BETA
    return (1 - penalty) * mean


def _matched(written: list[_Word], reference: list[_Word]) -> tuple[list[tuple[int, int]], list[_Word], list[_Word]]:
    """Pairs of positions with the same word, from the end; then the words left on either side."""
    places: dict[str, list[int]] = {}
    for j, word in reference:
        places.setdefault(word, []).append(j)
    pairs: list[tuple[int, int]] = []
    rest: list[_Word] = []
    for i, word in reversed(written):
        if places.get(word):
            pairs.append((i, places[word].pop()))
        else:
            rest.append((i, word))
    taken = {j for _, j in pairs}
    return pairs, rest[::-1], [(j, word) for j, word in reference if j not in taken]


def _chunks(pairs: list[tuple[int, int]]) -> int:
    """Runs of pairs that are neighbours in both texts."""
    return 1 + sum((b[0] - a[0], b[1] - a[1]) != (1, 1) for a, b in pairwise(pairs))


def _measure(answer: Answer | None, target: Answer, score: _Score) -> Vector | None:
    references = [words for words in map(tokens, (target.text, *target.texts)) if words]
    if not references:
        return None
    written = tokens((answer or NO_ANSWER).text)
    return max(score(written, reference) for reference in references), 1.0


def _stemmer() -> Callable[[str], str]:
    """nltk's Porter stemmer with a memory of its own."""
    try:
        from nltk.stem.porter import PorterStemmer
    except ImportError as error:
        raise MedGaugeError("METEOR needs nltk for its stems: pip install 'medgauge[meteor]'") from error
    return lru_cache(maxsize=100_000)(cast(Callable[[str], str], PorterStemmer().stem))


def _with_wordnet() -> _Score:
    wordnet = _wordnet()
    from nltk.translate.meteor_score import single_meteor_score

    def score(written: list[str], reference: list[str]) -> float:
        return float(single_meteor_score(reference, written, wordnet=wordnet, alpha=ALPHA, beta=BETA, gamma=GAMMA))

    return score


def _wordnet() -> Any:
    """nltk's reader of WordNet, with its data read."""
    try:
        import nltk
        from nltk.corpus import wordnet
    except ImportError as error:
        raise MedGaugeError("meteor(match=wordnet) needs nltk: pip install 'medgauge[meteor]'") from error
    try:
        wordnet.ensure_loaded()
    except (LookupError, OSError) as error:
        raise MedGaugeError(
            "meteor(match=wordnet) needs the data of WordNet: put nltk's corpora/wordnet (python -m nltk.downloader "
            f"wordnet) into one of {', '.join(nltk.data.path)}, or use meteor(match=exactstem)"
        ) from error
    return wordnet
