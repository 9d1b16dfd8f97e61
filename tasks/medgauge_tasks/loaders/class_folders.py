"""Classes in the names of folders or files. What differs between data sets is in the card's options.

pictures        patterns of the files, one a line
pattern         a regular expression of a file's whole path below the data folder: its group `label` is the source's
                word for the class (see `classes`), its group `group` the patient, all others are tags
skip            a regular expression: files in whose path it is found are none of the pictures
share, seed, split   see `own_split`
"""

import re
from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.classes import Codes, Pictured, class_samples, codes
from medgauge_tasks.loaders.own_split import in_split
from medgauge_tasks.loaders.records import card_folder, check_split
from medgauge_tasks.readers.record import Place, Record


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Every picture that belongs to the split, by path. Raises BadRecord and Incomplete."""
    check_split(card, split)
    patterns = card.options["pictures"].splitlines()
    root = card_folder(card, data_dir, *patterns)
    paths = sorted(file.relative_to(root).as_posix() for pattern in patterns for file in root.glob(pattern))
    skip = re.compile(card.options.get("skip", r"(?!)"))
    form, words = re.compile(card.options["pattern"]), codes(card)
    samples = [s for path in paths if not skip.search(path) for s in _samples(card, root, path, form, words, split)]
    return Loaded(root=root, samples=tuple(samples))


def _samples(card: Card, root: Path, path: str, form: re.Pattern[str], words: Codes, split: Split) -> list[Sample]:
    place = Place(file=root / path)
    found = form.fullmatch(path)
    if found is None:
        place.fail("(path)", f"a path of the form {form.pattern}", path)
    parts = found.groupdict()
    label, group = parts.pop("label"), parts.pop("group", None) or path
    if label not in words:
        place.fail("(path)", f"one of {', '.join(words)}", label)
    if not in_split(card, group, split):
        return []
    media = Record(place=place, id=path, values={"(path)": path}).media("(path)", "", lambda name: probe(name, root))
    tags = {name: text.lower() for name, text in parts.items() if text}
    return class_samples(card, Pictured(place=place, id=path, group=group, media=media, tags=tags), [words[label]])
