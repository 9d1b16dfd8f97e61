"""MedMNIST: one npz file, its test pictures drawn as PNG.

Source: Yang et al., MedMNIST v2, Scientific Data 10:41 (2023). The card's option `file` names the file, `codes` the
labels by their numbers; of a file with several labels each number is a column. Patients are not told apart.
"""

from pathlib import Path

from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Sample, Split
from medgauge_tasks.loaders.classes import Pictured as Asked
from medgauge_tasks.loaders.classes import class_samples, codes
from medgauge_tasks.loaders.records import card_folder, check_split, sourced
from medgauge_tasks.loaders.rendered import canvas
from medgauge_tasks.readers.npz import Pictured, read_medmnist


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The pictures of one split, in the file's order. Raises BadRecord and Incomplete."""
    check_split(card, split)
    file = card_folder(card, data_dir, card.options["file"]) / card.options["file"]
    drawn, words = canvas(card, file.parent), codes(card)
    samples: list[Sample] = []
    with sourced(card):
        for one in read_medmnist(file, split):
            id = f"{split}{one.index}"
            marks = _marks(card, one)
            strange = next((mark for mark in marks if mark not in words), None)
            if strange is not None:
                one.place.fail("(label)", f"one of {', '.join(words)}", strange)
            path = drawn.picture(id, file, lambda one=one: one.image)  # type: ignore[misc]
            pictured = Asked(place=one.place, id=id, group=id, media=probe(path, drawn.root), tags={})
            found = [words[mark] for mark in marks]
            none = [label for label in card.labels if label.name == card.options.get("otherwise")]
            samples += class_samples(card, pictured, found or none)
    return Loaded(root=drawn.root, samples=tuple(samples))


def _marks(card: Card, one: Pictured) -> list[str]:
    """The numbers of the picture's labels, as text. Raises BadRecord."""
    if card.options.get("labels", "single") == "single":
        if len(one.labels) != 1:
            one.place.fail("(label)", "one number", one.labels)
        return [str(one.labels[0])]
    if not set(one.labels) <= {0, 1}:
        one.place.fail("(label)", "0 or 1 for each label", one.labels)
    return [str(number) for number, mark in enumerate(one.labels) if mark]
