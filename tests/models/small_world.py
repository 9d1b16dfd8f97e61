"""Tiny made pictures whose right answers are known: a bright or a dark square on noise, left or right."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from medgauge.media import at, probe
from medgauge.protocols import Example
from medgauge.types import Answer, Box, Key, Media, Message, Request, Sample, Segment, Text

SIZE = (96, 80)


class World:
    """Pictures drawn on demand into a folder; each is known by number, and its truth by `kind` and `side`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def kind(self, number: int) -> str:
        return ("bright", "dark", "empty")[number % 3]

    def side(self, number: int) -> str:
        return ("left", "right")[number // 3 % 2]

    def box(self, number: int) -> tuple[float, float, float, float]:
        random = np.random.Generator(np.random.PCG64(number))
        x = random.integers(6, 22) + (48 if self.side(number) == "right" else 0)
        y, side = random.integers(8, 48), random.integers(14, 20)
        return (float(x), float(y), float(x + side), float(y + side))

    def media(self, number: int) -> Media:
        file = self.folder / f"{number}.png"
        if not file.exists():
            random = np.random.Generator(np.random.PCG64(1000 + number))
            pixels = random.normal(120, 6, (SIZE[1], SIZE[0]))
            x1, y1, x2, y2 = map(int, self.box(number))
            if self.kind(number) != "empty":
                pixels[y1:y2, x1:x2] += 90 if self.kind(number) == "bright" else -90
            Image.fromarray(np.uint8(np.clip(pixels, 0, 255))).save(file)
        return at(probe(file.name, self.folder), self.folder)

    def request(self, sample: Sample, text: str) -> Request:
        key = Key(task=sample.task, id=sample.id, language=sample.language)
        parts = (*sample.media, Text(text=text))
        return Request(id=str(key), messages=(Message(role="user", parts=parts),))

    def sample(self, task: str, number: int, **fields: object) -> Sample:
        base = Sample(
            id=str(number),
            task=task,
            language="en",
            media=(self.media(number),),
            target=Answer(),
            group=f"g{number}",
        )
        return replace(base, **fields)

    def question(self, number: int, text: str = "Which side?", answer: str | None = None) -> Example:
        target = Answer(text=answer or self.side(number))
        sample = self.sample("ask", number, question=text, target=target, tags={"kind": "open"})
        return Example(request=self.request(sample, text), sample=sample)

    def option(self, number: int) -> Example:
        choices = ("right", "left") if number % 2 else ("left", "right")
        target = Answer(text=self.side(number), choice=choices.index(self.side(number)))
        sample = self.sample("choose", number, choices=choices, question="?", target=target, tags={"kind": "choice"})
        return Example(request=self.request(sample, f"Side?\nA. {choices[0]}\nB. {choices[1]}\nLetter:"), sample=sample)

    def labels(self, number: int, several: bool = False) -> Example:
        kind = self.kind(number)
        labels = (kind,) if not several else {"empty": (), "bright": ("bright", "square"), "dark": ("square",)}[kind]
        choices = ("bright", "square") if several else ("bright", "dark", "empty")
        sample = self.sample("many" if several else "one", number, choices=choices, target=Answer(labels=labels))
        return Example(request=self.request(sample, "Which of:\n" + "\n".join(choices)), sample=sample)

    def report(self, number: int) -> Example:
        kind = self.kind(number)
        said = "No square is seen." if kind == "empty" else f"There is a {kind} square on the {self.side(number)}."
        sample = self.sample("report", number, target=Answer(text=said))
        return Example(request=self.request(sample, "Write a report."), sample=sample)

    def name(self, number: int) -> Example:
        box = self.box(number)
        sample = self.sample("name", number, regions=(Box(xyxy=box),), target=Answer(text=self.kind(number)))
        return Example(request=self.request(sample, f"What is <ref>this</ref>{marked(box)}?"), sample=sample)

    def where(self, number: int, language: str = "en") -> Example:
        name = {"en": "square", "zh": "方块"}[language]
        boxes = () if self.kind(number) == "empty" else (Box(xyxy=self.box(number), label=name),)
        sample = self.sample("where", number, choices=(name,), target=Answer(boxes=boxes), language=language)
        return Example(request=self.request(sample, f"Locate {name}."), sample=sample)

    def grounded(self, number: int) -> Example:
        kind = self.kind(number)
        boxes = () if kind == "empty" else (Box(xyxy=self.box(number), label="square"),)
        said = "Nothing." if kind == "empty" else f"It is {kind}."
        segments = (Segment(label="square", text=said, boxes=boxes),)
        sample = self.sample("ground", number, choices=("square",), target=Answer(segments=segments, boxes=boxes))
        return Example(request=self.request(sample, "Describe the square."), sample=sample)


def marked(box: tuple[float, float, float, float]) -> str:
    x1, y1, x2, y2 = (int(v * 999 / SIZE[i % 2]) for i, v in enumerate(box))
    return f"<box>[[{x1}, {y1}, {x2}, {y2}]]</box>"
