"""Known numbers of BLEU, ROUGE, CIDEr-D and token F1 on real texts that are read in place."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from metric_values import said, value

from medgauge.metrics import parse_metric
from medgauge.types import Answer

Pairs = list[tuple[Answer, Answer]]


def expected(shared: Path, case: str) -> Any:
    return json.loads((shared / "golden/EXPECTED.json").read_text("utf-8"))[case]


def pair(written: str, first: str, *others: str) -> tuple[Answer, Answer]:
    return said(written), Answer(text=first, texts=others)


@pytest.fixture(scope="module")
def captions(shared: Path) -> Pairs:
    """Thousand captions with five references each, as COCO's evaluation cleans them."""
    folder = shared / "golden/coco_caption_examples/examples"
    known, written = (json.loads((folder / name).read_text("utf-8")) for name in ("gts.json", "res.json"))
    assert (len(known), {len(texts) for texts in known.values()} >= {5}) == (1000, True)
    return [pair(written[key][0], *texts) for key, texts in known.items()]


NAMES = [f"bleu{order}(tokenizer=none)" for order in (1, 2, 3, 4)]
NAMES += ["rouge_l(beta=1.2,tokenizer=none)", "cider_d(tokenizer=none)"]


@pytest.mark.parametrize("name", NAMES)
def test_a_thousand_captions(shared: Path, captions: Pairs, name: str) -> None:
    known = expected(shared, "coco_caption_1000")
    numbers = dict(
        zip(NAMES, [*known["reproduced"]["Bleu"], *map(known["reproduced"].get, ("ROUGE_L", "CIDEr"))], strict=True)
    )
    published = dict(
        zip(
            NAMES,
            [known["published"][key] for key in ("Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr")],
            strict=True,
        )
    )
    number = value(parse_metric(name), captions)
    assert number == pytest.approx(numbers[name], abs=1e-12)
    assert number == pytest.approx(published[name], abs=5.1e-4)


def test_two_sentences_of_nlg_eval(shared: Path) -> None:
    folder = shared / "golden/nlg_eval/examples"
    lines = [(folder / name).read_text("utf-8").splitlines() for name in ("hyp.txt", "ref1.txt", "ref2.txt")]
    pairs = [pair(*texts) for texts in zip(*lines, strict=True)]
    known = expected(shared, "nlg_eval")["published"]
    keys = ("Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr")
    for name, key in zip(NAMES, keys, strict=True):
        assert value(parse_metric(name), pairs) == pytest.approx(known[key], abs=5e-7)


def test_one_sentence_of_nlg_eval(shared: Path) -> None:
    """Its constants show in the sixth digit of one sentence, and keep BLEU-4 from 0; CIDEr has nothing to weigh by."""
    known = expected(shared, "nlg_eval")["single"]
    pairs = [pair(known["hyp"], *known["ref"])]
    exact = [value(parse_metric(name), pairs) for name in NAMES[:4]]
    assert exact == pytest.approx([0.8, (0.8 * 0.5) ** (1 / 2), (0.8 * 0.5 / 3) ** (1 / 3), 0], abs=1e-15)
    assert exact == pytest.approx(known["Bleu"], abs=1e-4)
    assert value(parse_metric(NAMES[4]), pairs) == pytest.approx(known["ROUGE_L"], abs=1e-7), "cut, not rounded"
    assert known["CIDEr"] == 0
    assert np.isnan(value(parse_metric(NAMES[5]), pairs))


def test_the_sentences_of_sacrebleu(shared: Path) -> None:
    """Its own expectations; every order has a match, so smoothing changes nothing."""
    known = expected(shared, "sacrebleu_unit")
    pairs = [pair(*texts) for texts in zip(known["hyps"], *known["refs"], strict=True)]
    for smooth in ("", "smooth=exp,"):
        bleu = {name: 100 * value(parse_metric(f"bleu4({smooth}tokenizer={name})"), pairs) for name in ("13a", "none")}
        assert bleu["13a"] == pytest.approx(known["BLEU_13a"], abs=5e-7)
        assert bleu["none"] == pytest.approx(known["BLEU_none"], abs=5e-7)
    for order in (1, 2):
        number = 100 * value(parse_metric(f"bleu{order}(tokenizer=13a)"), pairs)
        assert number == pytest.approx(known["max_order"][str(order)], abs=5e-3)


def test_real_replies_of_dermatologists(shared: Path) -> None:
    rows = json.loads((shared / "data/dermavqa_text/data/iiyi/test_ht.json").read_text("utf-8"))
    known = expected(shared, "dermavqa_sacrebleu_regression")

    def bleu(name: str, field: str, join: str | None = None) -> float:
        replies = [[answer[f"content_{field}"] for answer in row["responses"][:2]] for row in rows]
        spaced = replies if join is None else [[join.join(text) for text in pair] for pair in replies]
        return 100 * value(parse_metric(name), [pair(written, reference) for reference, written in spaced])

    assert len(rows) == 100
    assert bleu("bleu4(tokenizer=zh)", "zh") == pytest.approx(known["zh_tok_zh"]["BLEU"], abs=1e-12)
    assert bleu("bleu4(tokenizer=none)", "zh", " ") == pytest.approx(known["zh_tok_char"]["BLEU"], abs=1e-12)
    assert bleu("bleu4(tokenizer=13a)", "en") == pytest.approx(known["en_13a"]["BLEU"], abs=1e-12)
    assert bleu("bleu4", "zh") == pytest.approx(18.120907805091854, abs=1e-9)


RUNS = {"baseline": "results/baseline/predictions.jsonl"} | {
    run: f"checkpoints/{run}/lora_predictions.jsonl"
    for run in ("lora_quick", "lora_rank4", "lora_rank8", "lora_rank16")
}


@pytest.mark.parametrize("run", RUNS)
def test_open_questions_of_vqa_rad(shared: Path, run: str) -> None:
    """Five published runs, question by question; their BLEU-1 is a mean over the answers."""
    folder = shared / "golden/GR5293_vqarad"
    rows = [json.loads(line) for line in (folder / RUNS[run]).read_text("utf-8").splitlines()]
    each = json.loads((folder / RUNS[run]).with_name("per_example_scores.json").read_text("utf-8"))
    known = expected(shared, "gr5293_vqa_rad")["expected"][run]
    pairs = {
        row["id"]: pair(plain(row["prediction"]), plain(row["reference"])) for row in rows if row["qtype"] == "open"
    }
    assert len(pairs) == 200
    for name, key in {"token_f1": "F1", "rouge_l": "rougeL", "bleu1": "bleu1"}.items():
        metric = parse_metric(f"{name}(tokenizer=none)")
        ours = [value(metric, [one]) for one in pairs.values()]
        theirs = [each[key.replace("F", "f")][each["ids"].index(id)] for id in pairs]
        assert ours == pytest.approx(theirs, abs=1e-12)
        assert np.mean(ours) == pytest.approx(known.get(f"open_{key}", np.mean(theirs)), abs=1e-12)


def plain(text: str) -> str:
    """As those runs were scored: lower case, no ASCII punctuation, single spaces."""
    return " ".join("".join(c for c in text.lower() if c not in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").split())
