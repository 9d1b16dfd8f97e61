"""DermaVQA: skin complaints with pictures, and what several doctors answered, in Chinese, English and Spanish.

Source: Yim et al., DermaVQA, MICCAI 2024. The Chinese is what people wrote; the English of valid and test was
translated by hand, that of train by machine. Every reply that is not blank in a language is a reference there. The
source weighs replies of the test split (completeness, agreement with the most frequent answer): the weightiest is the
first reference, and the weights themselves are not used.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Language, Media, Sample, Split
from medgauge_tasks.loaders.records import card_folder, check_split, read_records
from medgauge_tasks.loaders.regions import card_tags
from medgauge_tasks.readers.record import Record

FILES: Mapping[Split, str] = {"train": "data/iiyi/train.json", "test": "data/iiyi/test_ht.json"}
IMAGES: Mapping[Split, str] = {"train": "images_train", "test": "images_test"}
WEIGHTS = ("completeness", "contains_freq_ans")


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every case in every language of the card. Raises BadRecord and Incomplete."""
    check_split(card, split)
    root = card_folder(card, data_dir, FILES[split])
    read = read_records(card, root / FILES[split], "encounter_id")
    find = partial(probe, root=root)
    samples = [s for record in read.records for s in _samples(card, record, IMAGES[split], find)]
    return Loaded(root=root, samples=tuple(samples), excluded=read.excluded)


def _samples(card: Card, record: Record, images: str, find: Callable[[str], Media]) -> list[Sample]:
    named = [Record(place=record.place, id=record.id, values={"image_ids": name}) for name in record.texts("image_ids")]
    media = tuple(one.media("image_ids", images, find) for one in named)
    samples = []
    for language in card.languages:
        first, *others = _references(record, language)
        samples.append(
            Sample(
                id=record.id,
                task=card.name,
                language=language,
                question=_question(record, language),
                media=media,
                target=Answer(text=first, texts=tuple(others)),
                tags={"kind": "open", "pictures": str(len(media)), **card_tags(card)},
                group=record.id,
            )
        )
    return samples


def _question(record: Record, language: Language) -> str:
    """Title and content; one of the two may be blank."""
    parts = [record.optional(f"query_{part}_{language}") for part in ("title", "content")]
    words = "\n".join(part for part in parts if part)
    if not words:
        record.fail(f"query_content_{language}", "a question", parts)
    return words


def _references(record: Record, language: Language) -> list[str]:
    """Different replies that are not blank, the weightiest first, else in the source's order."""
    replies = record.parts("responses")
    weighed = sorted(replies, key=lambda r: [-r.number(w) if w in r.values else 0.0 for w in WEIGHTS])
    words = [reply.optional(f"content_{language}") for reply in weighed]
    references = list(dict.fromkeys(word for word in words if word))
    if not references:
        record.fail("responses", f"at least one reply in {language!r}", words)
    return references
