"""Control runs: the question as it is, and no picture, another sample's picture, or a black one.

Boxes that a question holds stay as they are. Whatever a picture is replaced by, its place in the conversation stays.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image

from medgauge import media
from medgauge.errors import MedGaugeError
from medgauge.prepare import Selected, with_media
from medgauge.store import CONTROL, RunDirectory, sha256_of
from medgauge.types import Control, Media, Request, Sample, Size

SEED = 20_241_018
Change: TypeAlias = Callable[[Sample, Request], Request]
Groups: TypeAlias = Mapping[str, Mapping[str, str]]
"""Task to group to the group whose pictures it gets."""


def as_it_is(sample: Sample, request: Request) -> Request:
    """No control."""
    del sample
    return request


def make_control(control: Control, run: RunDirectory, selected: Selected) -> Change:
    """What a control does to a request; what it was drawn to do is recorded in the run's `control.json`.

    Raises MedGaugeError for a task whose samples have no two groups with different pictures to be shuffled.
    """
    if control == "none":
        return as_it_is
    if control == "blind":
        return _blind
    if control == "black-image":
        return _replacing(_black(selected, run.path / "control"))
    groups = derangement(selected.samples)
    run.write(CONTROL, record(groups))
    return _replacing(_shuffled(selected, groups))


def record(groups: Groups) -> dict[str, Any]:
    """What `control.json` holds of a shuffle."""
    return {"control": "shuffled-image", "seed": SEED, "pictures_of": groups}


def derangement(samples: Iterable[Sample]) -> Groups:
    """For every group of a task another group, no two the same one, with none of its own pictures.

    Groups that share a picture move together. The order is drawn with a fixed seed, from the sorted names.
    """
    by_task: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for sample in samples:
        readable = {picture.sha256 for picture in sample.media if picture.size is not None}
        if readable:
            by_task[sample.task][sample.group].update(readable)
    return {task: _deranged(task, pictures) for task, pictures in by_task.items()}


def _deranged(task: str, pictures: Mapping[str, set[str]]) -> dict[str, str]:
    ring = _kin(pictures)
    if len(ring) < 2:
        raise MedGaugeError(f"--control shuffled-image: {task} has no two groups with different pictures")
    random.Random(SEED).shuffle(ring)
    order = [group for kin in ring for group in kin]
    # As far on as the largest kin is long, nobody meets its own: then a shift is a derangement of kins too.
    step = max(map(len, ring))
    if 2 * step > len(order):
        raise MedGaugeError(
            f"--control shuffled-image: {step} of {len(order)} groups of {task} share their pictures; "
            "there are too few others to give them"
        )
    return {group: order[(place + step) % len(order)] for place, group in enumerate(order)}


def _kin(pictures: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups by the pictures that they share, directly or through others; sorted."""
    kin_of: dict[str, list[str]] = {}
    owner: dict[str, str] = {}
    for group in sorted(pictures):
        merged = [group]
        for first in {id(kin_of[owner[sha]]): owner[sha] for sha in pictures[group] if sha in owner}.values():
            merged += kin_of[first]
        for member in merged:
            kin_of[member] = merged
        owner.update(dict.fromkeys(pictures[group], group))
    return sorted({id(kin): sorted(kin) for kin in kin_of.values()}.values())


def _shuffled(selected: Selected, groups: Groups) -> Callable[[Sample], Sequence[Media]]:
    """The pictures of the other group, over and over where it has fewer."""
    album: dict[tuple[str, str], dict[str, Media]] = defaultdict(dict)
    for sample in selected.samples:
        for picture in sample.media:
            if picture.size is not None:
                there = media.at(picture, selected.roots[sample.task])
                album[sample.task, sample.group].setdefault(picture.sha256, there)
    return lambda sample: tuple(album[sample.task, groups[sample.task][sample.group]].values())


def _black(selected: Selected, folder: Path) -> Callable[[Sample], Sequence[Media]]:
    """A black picture of the size of each."""
    sizes = {picture.size for sample in selected.samples for picture in sample.media if picture.size}
    made = {size: _black_picture(size, folder) for size in sorted(sizes)}
    return lambda sample: tuple(made[picture.size] for picture in sample.media if picture.size)


def _black_picture(size: Size, folder: Path) -> Media:
    file = folder / f"black-{size[0]}x{size[1]}.png"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}")
        Image.new("L", size).save(beside, "PNG")
        beside.replace(file)
    return Media(path=str(file.absolute()), sha256=sha256_of(file), size=size)


def _blind(sample: Sample, request: Request) -> Request:
    """Without pictures: what the question alone gives away."""
    del sample
    return with_media(request, lambda _: None)


def _replacing(pictures: Callable[[Sample], Sequence[Media]]) -> Change:
    """Every picture of a conversation by the one that stands for it."""

    def change(sample: Sample, request: Request) -> Request:
        if not sample.media:
            return request
        others = pictures(sample)
        places = {picture.sha256: place for place, picture in reversed(list(enumerate(sample.media)))}
        return with_media(request, lambda picture: others[places[picture.sha256] % len(others)])

    return change
