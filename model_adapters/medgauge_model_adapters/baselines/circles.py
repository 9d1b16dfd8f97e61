"""Which questions are learnt together."""

from collections.abc import Sequence

import numpy as np

from medgauge_model_adapters.baselines.eye import Eye
from medgauge_model_adapters.baselines.lessons import Lesson

FEWEST_PICTURES = 8
"""With fewer, all words count as what is asked."""


def told_labels(lesson: Lesson) -> tuple[str, ...]:
    """What is learnt of a target: its labels, or its words as the one label."""
    return (lesson.target.text,) if lesson.target.labels is None else lesson.target.labels


def free_words(lessons: Sequence[Lesson], eye: Eye) -> frozenset[str]:
    """The words of the questions that say what is asked, not what kind of picture it is asked about.

    A word such as `chest` comes with pictures that look alike: what share of a picture's questions hold it is told by
    the pictures most like it. What is left of a question without such words is the same for all kinds of pictures.
    """
    held: dict[str, list[frozenset[str]]] = {name: [] for name in eye.names}
    for lesson in lessons:
        if lesson.asked.media:
            held[lesson.asked.media[0].sha256 or lesson.asked.media[0].path].append(lesson.asked.words)
    words = sorted(set().union(*(lesson.asked.words for lesson in lessons)))
    if len(held) < FEWEST_PICTURES:
        return frozenset(words)
    shares = np.asarray([[sum(word in some for some in x) / len(x) for word in words] for x in held.values()])
    wholes = eye.looks * eye.spread + eye.centre
    told = np.stack([shares[eye.nearest(whole, index)].mean(axis=0) for index, whole in enumerate(wholes)])
    spread = np.square(shares - shares.mean(axis=0)).sum(axis=0)
    left = np.square(shares - told).sum(axis=0)
    return frozenset(word for word, a, b in zip(words, left, spread, strict=True) if a > 0.5 * b)


def circles(groups: Sequence[Sequence[Lesson]], kernels: Sequence[frozenset[str]] | None) -> list[list[int]]:
    """Indices of wordings, together when a chain of shared answers links them, and their kernels are the same."""
    leader: dict[tuple[str, frozenset[str]], int] = {}
    parent = list(range(len(groups)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    for index, group in enumerate(groups):
        kernel = kernels[index] if kernels else frozenset()
        for answer in sorted({label for lesson in group for label in told_labels(lesson)}):
            parent[root(index)] = root(leader.setdefault((answer, kernel), index))
    members: dict[int, list[int]] = {}
    for index in range(len(groups)):
        members.setdefault(root(index), []).append(index)
    return list(members.values())
