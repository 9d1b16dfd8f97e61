"""Random answers and targets of every family at once, from a seed."""

import random
from collections.abc import Callable
from typing import TypeVar

from medgauge.types import Answer, Box, Segment, Xyxy
from medgauge_metrics.selftest.values import Pair

LABELS = ("lung", "heart", "肝脏", "left lung", "right lung")
_TARGET_WORDS = ("no", "left", "right", "lung", "右", "肺", "12 mm", "3.5cm", "effusion", "nodule", "结节", "积液")
_ANSWER_WORDS = (*_TARGET_WORDS, "。", ".", "Findings:", "fracture", "双侧")
_BROKEN: tuple[Xyxy, ...] = (
    (float("nan"), 0.0, 1.0, 1.0),
    (5.0, 5.0, 5.0, 9.0),
    (9.0, 9.0, 1.0, 1.0),
    (0.0, 0.0, float("inf"), 1e300),
)
_OTHER_SIDE = {"left lung": "right lung", "right lung": "left lung"}
_COMMON = "no left effusion ."
"""What several answers say alike."""
_SCORES = (0.0, 0.25, 0.5, 1.0)
T = TypeVar("T")


def make_case(seed: int) -> tuple[Pair, ...]:
    """Four to seven samples; targets are legal, answers are whatever a model may give, or None.

    In an even case every sample has one label and the labels are declared; in an odd one it has any number.
    """
    r = random.Random(seed)
    single = seed % 2 == 0
    targets = [_target(r, single=single) for _ in range(r.randint(4, 7))]
    return tuple((_answer(r, target, single=single) if r.random() < 0.85 else None, target) for target in targets)


def perfect(target: Answer) -> Answer:
    """The reference as an answer, with real scores that put what is there before what is not."""
    return Answer(
        text=target.text,
        polar=target.polar,
        choice=target.choice,
        labels=target.labels,
        boxes=tuple(map(_sure, target.boxes)),
        segments=tuple(Segment(label=s.label, text=s.text, boxes=tuple(map(_sure, s.boxes))) for s in target.segments),
        scores={label: float(label in (target.labels or ())) for label in LABELS},
    )


def _sure(box: Box) -> Box:
    return Box(xyxy=box.xyxy, label=box.label, score=1.0)


def _target(r: random.Random, *, single: bool) -> Answer:
    return Answer(
        text=_words(r, _TARGET_WORDS[: r.choice((8, 99))], 4, 9),
        texts=tuple(_words(r, _TARGET_WORDS, 4, 9) for _ in range(r.randint(0, 1))),
        polar=r.choice(("yes", "no", None)),
        choice=_maybe(r, lambda: r.randint(0, 3)),
        labels=_labels(r, single=single) if single else _maybe(r, lambda: _labels(r)),
        boxes=_boxes(r),
        segments=_segments(r, _TARGET_WORDS, 4),
        language=r.choice(("en", "zh")),
        choices=LABELS if single else (),
    )


def _answer(r: random.Random, target: Answer, *, single: bool) -> Answer:
    """Right in parts, so that there is something to find."""
    return Answer(
        text=r.choice((target.text, _COMMON, *(_words(r, _ANSWER_WORDS, 0, 8) for _ in range(4)))),
        polar=r.choice((target.polar, "yes", "no", None)),
        choice=r.choice((target.choice, 0, 3, None)),
        labels=r.choice((target.labels, _labels(r, single=single), None)),
        scores=_maybe(r, lambda: {label: r.choice(_SCORES) for label in LABELS[r.randint(0, 1) :]}),
        boxes=_given(r, target.boxes),
        segments=tuple(
            Segment(
                label=r.choice((s.label, _OTHER_SIDE.get(s.label, s.label))),
                text=r.choice((s.text, _words(r, _ANSWER_WORDS, 0, 8))),
                boxes=_given(r, s.boxes),
            )
            for s in (*target.segments[r.randint(0, 1) :], *_segments(r, _ANSWER_WORDS, 0)[:1])
        ),
        invalid_boxes=r.randint(0, 3),
        truncated=r.random() < 0.2,
    )


def _maybe(r: random.Random, make: Callable[[], T], share: float = 0.8) -> T | None:
    return make() if r.random() < share else None


def _words(r: random.Random, vocabulary: tuple[str, ...], low: int, high: int) -> str:
    return " ".join(r.choices(vocabulary, k=r.randint(low, high)))


def _labels(r: random.Random, *, single: bool = False) -> tuple[str, ...]:
    return tuple(r.sample(LABELS, 1 if single else r.randint(0, 3)))


def _segments(r: random.Random, vocabulary: tuple[str, ...], low: int) -> tuple[Segment, ...]:
    return tuple(
        Segment(label=r.choice(LABELS), text=_words(r, vocabulary, low, 8), boxes=_boxes(r))
        for _ in range(r.randint(0, 3))
    )


def _boxes(r: random.Random) -> tuple[Box, ...]:
    return tuple(Box(xyxy=_rectangle(r), label=r.choice(LABELS)) for _ in range(r.choice((0, 0, 1, 2, 3))))


def _given(r: random.Random, wanted: tuple[Box, ...]) -> tuple[Box, ...]:
    """Boxes near the wanted ones, boxes anywhere, and things that are no box."""
    near = [Box(xyxy=_moved(r, box.xyxy), label=r.choice((box.label, r.choice(LABELS)))) for box in wanted]
    anywhere = [Box(xyxy=r.choice((_rectangle(r), r.choice(_BROKEN))), label=r.choice(LABELS)) for _ in range(2)]
    chosen = [*near[r.randint(0, 1) :], *anywhere[r.randint(0, 2) :]]
    return tuple(Box(xyxy=box.xyxy, label=box.label, score=r.choice((*_SCORES, None))) for box in chosen)


def _rectangle(r: random.Random) -> Xyxy:
    x, y = r.randint(0, 30), r.randint(0, 30)
    return float(x), float(y), float(x + r.randint(1, 20)), float(y + r.randint(1, 20))


def _moved(r: random.Random, xyxy: Xyxy) -> Xyxy:
    x, y = r.randint(0, 3), r.randint(0, 3)
    return xyxy[0] + x, xyxy[1] + y, xyxy[2] + x, xyxy[3] + y
