"""Numbers of words against the field's own implementations, side by side, with one reference and with several."""

import random
import warnings
from typing import Any

import numpy as np
import pytest
from metric_values import said, value

from medgauge.metrics import parse_metric
from medgauge.protocols import BatchMetric
from medgauge.types import Answer
from medgauge_metrics.tokenize import TOKENISERS, tokens

WORDS = [*"abcdefghij", *"右下肺结节未见", "effusion", "no", "12", "0.5", "x-ray", "3-4", "Left,", "(mild)", "T2."]
Pairs = list[tuple[Answer, Answer]]
SEEDS = range(3)


def texts(seed: int, shortest: int = 0, n: int = 60, references: int = 1) -> Pairs:
    """Pairs that share most words, of both languages; up to so many references each."""
    rng = random.Random(seed)
    pairs = []
    for _ in range(n):
        known = [rng.choices(WORDS, k=rng.randint(max(1, shortest), 25)) for _ in range(rng.randint(1, references))]
        written = [w if rng.random() < 0.7 else rng.choice(WORDS) for w in known[-1]][: rng.randint(shortest, 25)]
        first, *others = [" ".join(words) for words in known]
        pairs.append((said(" ".join(written)), Answer(text=first, texts=tuple(others))))
    return pairs


def cut(pairs: Pairs, tokeniser: str = "char") -> tuple[list[list[str]], list[list[list[str]]]]:
    """Tokens of the answers, and of the references of each."""
    tokenise = TOKENISERS[tokeniser]
    return [tokenise(a.text) for a, _ in pairs], [[tokenise(r) for r in (t.text, *t.texts)] for _, t in pairs]


def ours(name: str, pairs: Pairs) -> float:
    """The number, measured one by one and in a batch."""
    metric = parse_metric(name).prepare([target for _, target in pairs])
    assert isinstance(metric, BatchMetric)
    one_by_one = [metric.measure(answer, target) for answer, target in pairs]
    together = metric.measure_all([answer for answer, _ in pairs], [target for _, target in pairs])
    for a, b in zip(one_by_one, together, strict=True):
        assert (a is None) == (b is None)
        assert a is None or b is None or np.array(a) == pytest.approx(np.array(b), abs=1e-12)
    return value(parse_metric(name), pairs)


def streams(pairs: Pairs, read: Any = lambda text: text) -> list[list[str | None]]:
    """References as sacrebleu takes them: the first of every sample, the second of every sample..."""
    known = [[read(text) for text in (t.text, *t.texts)] for _, t in pairs]
    return [[row[i] if i < len(row) else None for row in known] for i in range(max(map(len, known)))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("references", [1, 4])
def test_bleu_is_sacrebleus(seed: int, order: int, references: int) -> None:
    from sacrebleu.metrics import BLEU

    pairs = texts(seed, references=references)
    assert any(not tokens(a.text) for a, _ in pairs)
    written = [" ".join(tokens(a.text)) for a, _ in pairs]
    sacre = BLEU(tokenize="none", smooth_method="none", max_ngram_order=order, force=True)
    theirs = sacre.corpus_score(written, streams(pairs, lambda text: " ".join(tokens(text)))).score / 100
    assert theirs > 0.01
    assert ours(f"bleu{order}", pairs) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("smooth", ["none", "exp"])
@pytest.mark.parametrize(("tokeniser", "references"), [("none", 1), ("13a", 1), ("13a", 3), ("zh", 1), ("zh", 3)])
def test_bleu_is_sacrebleus_with_its_tokenisers(seed: int, smooth: str, tokeniser: str, references: int) -> None:
    from sacrebleu.metrics import BLEU

    for pairs in (texts(seed, references=references), texts(seed, references=references, n=2)):
        sacre = BLEU(tokenize=tokeniser, smooth_method=smooth, force=True)
        theirs = sacre.corpus_score([a.text for a, _ in pairs], streams(pairs)).score / 100
        options = f"(smooth=exp,tokenizer={tokeniser})" if smooth == "exp" else f"(tokenizer={tokeniser})"
        assert ours(f"bleu4{options}", pairs) == pytest.approx(theirs, abs=1e-12)


def test_exp_smoothing_is_sacrebleus_where_orders_have_no_match() -> None:
    from sacrebleu.metrics import BLEU

    for written in ("a b x c d", "a x b y", "a b c", "a", "x y", ""):
        pairs = [(said(written), said("a b c d e f"))]
        theirs = BLEU(tokenize="none", force=True).corpus_score([written], [["a b c d e f"]]).score / 100
        assert ours("bleu4(smooth=exp,tokenizer=none)", pairs) == pytest.approx(theirs, abs=1e-12)
    assert value(parse_metric("bleu4(smooth=exp)"), [(said("a b x c d"), said("a b c d e f"))]) > 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("references", [1, 4])
def test_bleu_is_nltks_for_answers_as_long_as_its_order(seed: int, order: int, references: int) -> None:
    """nltk counts one n-gram where an answer is too short for any; beyond that it agrees."""
    from nltk.translate.bleu_score import corpus_bleu

    pairs = texts(seed, shortest=order, references=references)
    written, known = cut(pairs)
    theirs = corpus_bleu(known, written, weights=[1 / order] * order)
    assert ours(f"bleu{order}", pairs) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("references", [1, 3])
def test_sentence_bleu2_is_nltks(seed: int, references: int) -> None:
    from nltk.translate.bleu_score import sentence_bleu

    pairs = texts(seed, shortest=2, references=references)
    pairs += [(said(""), said("a b")), (said("a"), said("a b")), (said("a c"), said("a b c"))]
    written, known = cut(pairs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = [sentence_bleu(r, w, weights=(0.5, 0.5)) for w, r in zip(written, known, strict=True)]
    assert ours("sentence_bleu2", pairs) == pytest.approx(np.mean(theirs), abs=1e-12)
    assert np.mean(theirs) != pytest.approx(value(parse_metric("bleu2"), pairs), abs=1e-4)


class Tokenizer:
    """What rouge-score needs to keep Chinese."""

    def tokenize(self, text: str) -> list[str]:
        return tokens(text)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("references", [1, 3])
@pytest.mark.parametrize(("name", "shortest", "kind"), [("rouge1", 0, "1"), ("rouge2", 2, "2"), ("rouge_l", 0, "L")])
def test_rouge_is_that_of_rouge_score(seed: int, references: int, name: str, shortest: int, kind: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from rouge_score.rouge_scorer import RougeScorer

    pairs = texts(seed, shortest=shortest, references=references)
    scorer = RougeScorer([f"rouge{kind}"], tokenizer=Tokenizer())
    theirs = [scorer.score_multi([t.text, *t.texts], a.text)[f"rouge{kind}"].fmeasure for a, t in pairs]
    assert ours(name, pairs) == pytest.approx(np.mean(theirs), abs=1e-12)


def coco(scorer: Any, pairs: Pairs, tokeniser: str = "char") -> Any:
    """A scorer of pycocoevalcap on the same tokens."""
    written, known = cut(pairs, tokeniser)
    return scorer.compute_score(
        {i: [" ".join(words) for words in row] for i, row in enumerate(known)},
        {i: [" ".join(words)] for i, words in enumerate(written)},
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("references", [1, 5])
@pytest.mark.parametrize("beta", ["rouge_l(beta=1.2)", "rouge_l(beta=1.2,tokenizer=none)"])
def test_rouge_l_with_beta_is_that_of_coco(seed: int, references: int, beta: str) -> None:
    from pycocoevalcap.rouge.rouge import Rouge

    pairs = texts(seed, references=references)
    theirs = coco(Rouge(), pairs, "none" if "none" in beta else "char")[0]
    assert ours(beta, pairs) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("references", [1, 5])
def test_cider_d_is_that_of_coco(seed: int, references: int) -> None:
    from pycocoevalcap.cider.cider import Cider

    pairs = [*texts(seed, references=references), (said("z"), said("a b")), (said("a a a b"), said("a b"))]
    theirs, each = coco(Cider(), pairs)
    metric = parse_metric("cider_d").prepare([target for _, target in pairs])
    values = [row[0] for row in (metric.measure(a, t) for a, t in pairs) if isinstance(row, tuple)]
    assert values == pytest.approx(list(each), abs=1e-10)
    assert ours("cider_d", pairs) == pytest.approx(theirs, abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("references", [1, 5])
def test_bleu_is_that_of_coco_but_for_the_constants_that_it_adds(seed: int, references: int) -> None:
    """pycocoevalcap adds 1e-9 to every number of n-grams and to the length of the references.

    That lowers a precision by one part in 1e9 times the number of n-grams, so that corpora beyond a hundred tokens
    agree to 1e-10; on a single caption the seventh digit differs, and an order without a match is not quite 0.
    """
    from pycocoevalcap.bleu.bleu_scorer import BleuScorer

    pairs = texts(seed, references=references)
    written, known = cut(pairs)
    scorer = BleuScorer(n=4)
    for words, row in zip(written, known, strict=True):
        scorer += (" ".join(words), [" ".join(r) for r in row])
    theirs = scorer.compute_score(option="closest")[0]
    assert [ours(f"bleu{order}", pairs) for order in (1, 2, 3, 4)] == pytest.approx(theirs, abs=1e-10)
    one = BleuScorer(n=4)
    one += ("a b", ["a b c"])
    short = one.compute_score(option="closest")[0]
    exact = [value(parse_metric(f"bleu{order}"), [(said("a b"), said("a b c"))]) for order in (1, 2, 3)]
    assert exact[0] != pytest.approx(short[0], abs=1e-11)
    assert exact[0] == pytest.approx(short[0], abs=1e-8)
    assert exact[2] == 0 < short[2] < 1e-2


def test_one_reference_written_twice_is_one_reference() -> None:
    pairs = texts(5)
    doubled = [(answer, Answer(text=target.text, texts=(target.text,))) for answer, target in pairs]
    for name in ("bleu4", "sentence_bleu2", "rouge1", "rouge2", "rouge_l", "rouge_l(beta=1.2)", "token_f1", "cider_d"):
        assert value(parse_metric(name), doubled) == pytest.approx(value(parse_metric(name), pairs), abs=1e-12)


def test_token_f1_is_over_multisets() -> None:
    assert value(parse_metric("token_f1"), [(said("no no mass"), said("no mass mass"))]) == pytest.approx(4 / 6)
    assert value(parse_metric("token_f1"), [(said("there is no pneumonia"), said("pneumonia"))]) == pytest.approx(2 / 5)
