"""What each card makes of the prompts: one made sample a card, language and prompt set, so that a changed option shows.

A line of the golden file holds the hash of all that the model and the weighing of options get, and the first words.
After a wanted change run `python tests/tasks/test_prompts_of_cards.py`, which writes the file anew; read its diff.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from family_samples import box_format, make
from test_prompts import SETS, words

from medgauge.plugins import catalog
from medgauge.protocols import Style
from medgauge.tasks import Card, Task
from medgauge.types import Box, Language, Request, Sample
from medgauge_tasks.cards import build_task_from, load_card

GOLDEN = Path(__file__).parent / "golden" / "prompts-of-cards.txt"
CARDS = sorted(name for name in catalog("tasks").entries if "/" not in name)
QUESTION: dict[Language, str] = {"en": "What is seen here?", "zh": "这里可见什么？"}
NAMES: dict[Language, tuple[str, str]] = {"en": ("liver", "nodule"), "zh": ("肝脏", "结节")}
OPENINGS = ("<image>", "You are a helpful medical assistant. ", "你是一个医疗助手，")
"""What most prompts share."""
WIDTH = 90


def sample_of(card: Card, language: Language) -> Sample:
    """Fields as the card says them, where it does."""
    tags = {"modality": card.modality[0], "organ": card.body_part[0] if card.body_part else ""}
    chosen = card.primary == "mcq_accuracy"
    named = card.family in ("classification", "text-to-region", "grounded-report")
    sample = make(card.family, language, tags=tags, regions=(Box(xyxy=(100, 200, 300, 450)),))
    return replace(
        sample,
        task=card.name,
        question=QUESTION[language] if card.family == "vqa" else "",
        choices=card.label_names(language) or NAMES[language] if named or chosen else (),
    )


def request_of(task: Task, language: Language, prompts: str) -> Request:
    style = Style(prompts=prompts, language=language, box_format=box_format("medrega"))
    request = task.next_request(sample_of(task.card, language), style, ())
    assert request is not None
    return request


def digest(request: Request) -> str:
    options = [[option.label, option.letter, *option.forms] for option in request.options]
    content = json.dumps([words(request), options, request.many], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def opening(request: Request) -> str:
    """The first words that are not everybody's, in one line."""
    said = words(request)
    for shared in OPENINGS:
        said = said.removeprefix(shared).lstrip()
    return " ".join(said.split())[:WIDTH].rstrip()


def lines_of(card: Card) -> Iterator[str]:
    task = build_task_from(card)
    for language in card.languages:
        for prompts in SETS:
            request = request_of(task, language, prompts)
            yield f"{card.name} {language} {prompts} {digest(request)} {opening(request)}"


def snapshot() -> str:
    return "".join(f"{line}\n" for name in CARDS for line in lines_of(load_card(name)))


def test_every_card_asks_as_reviewed() -> None:
    assert snapshot().splitlines() == GOLDEN.read_text("utf-8").splitlines()


def test_a_changed_option_of_a_card_shows() -> None:
    card = load_card("brset")
    before = list(lines_of(card))
    for changed in (
        {**card.options, "subject": "tissue"},
        {**card.options, "labels": "single"},
        {**card.options, "aliases": "drusens: drusen"},
    ):
        after = lines_of(replace(card, options=changed))
        assert all(old != new for old, new in zip(before, after, strict=True))
    moved = replace(card, labels=card.labels[::-1])
    assert all(old != new for old, new in zip(before, lines_of(moved), strict=True))


if __name__ == "__main__":
    GOLDEN.write_text(snapshot(), "utf-8")
