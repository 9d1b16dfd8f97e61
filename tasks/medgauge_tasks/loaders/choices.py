"""Multiple choice: what a source's options and its right answer become in a sample."""

import re
from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from medgauge.tasks import Card
from medgauge.types import Answer, Media, Sample
from medgauge_tasks.loaders.regions import card_tags
from medgauge_tasks.readers.record import Record

_LETTER = re.compile(r"\s*\(?([A-Z])\s*[:.)](.*)", re.DOTALL)


def choice_sample(
    card: Card,
    record: Record,
    *,
    question: str,
    options: Sequence[str],
    right: int,
    media: tuple[Media, ...],
    tags: Mapping[str, str],
    group: str,
) -> Sample:
    """A question in English with options in the source's order, the one at `right` being the answer."""
    return Sample(
        id=record.id,
        task=card.name,
        language="en",
        question=question,
        choices=tuple(options),
        media=media,
        target=Answer(text=options[right], choice=right),
        tags={"kind": "choice", **card_tags(card), **tags},
        group=group,
    )


def lettered(record: Record, field: str, letters: Sequence[str]) -> int:
    """The position of the right option, which the field names by its letter. Raises BadRecord."""
    return letters.index(record.one_of(field, letters))


def spelt(record: Record, field: str, options: Sequence[str]) -> int:
    """The position of the right option, which the field spells out; the first of equals. Raises BadRecord."""
    answer = record.words(field)
    if answer not in options:
        record.fail(field, f"one of the options {', '.join(options)}", answer)
    return options.index(answer)


def bare(options: Sequence[str]) -> list[str]:
    """Options without the letters that a source writes before them ("A:Yes", "A. Yes", "(A) Yes").

    Only where each has its own: an option "A. fumigatus" among others without a letter stays whole.
    """
    found = [_LETTER.match(option) for option in options]
    own = [one is not None and one[1] == letter for one, letter in zip(found, ascii_uppercase, strict=False)]
    if len(own) < len(options) or not all(own):
        return [option.strip() for option in options]
    return [one[2].strip() or one[0].strip() for one in found if one is not None]
