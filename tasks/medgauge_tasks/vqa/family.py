"""The family `vqa`."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from medgauge.errors import MedGaugeError
from medgauge.generation import Option
from medgauge.protocols import BoxFormat, Style
from medgauge.types import Answer, Language, Output, Parsed, Polar, Request, Sample
from medgauge_metrics.answers import decide_polar, extract_choice, normalise
from medgauge_tasks.families import NO_OPTIONS, FamilyKit
from medgauge_tasks.json_answers import TEXT, json_answer, object_of, one_of
from medgauge_tasks.prompts import ask, held
from medgauge_tasks.reading import hear
from medgauge_tasks.records import Record

METRICS = (
    *("exact_match", "token_f1"),
    *("closed_accuracy", "closed_balanced_accuracy", "closed_coverage"),
    *("mcq_accuracy", "parse_rate", "mcq_chance"),
    *("language_compliance", "empty_rate", "truncated_rate"),
)
POLAR: Mapping[str, Polar] = {"yes": "yes", "no": "no", "是": "yes", "否": "no"}
"""Normalised references that make a question polar."""


def kind_of(sample: Sample) -> str:
    """`choice` where there are options, else the sample's tag."""
    return "choice" if sample.choices else sample.tags.get("kind", "open")


def next_request(
    sample: Sample, style: Style, outputs: Sequence[Output], *, options: Mapping[str, str] = NO_OPTIONS
) -> Request | None:
    """One turn: the question, with the options as lettered lines when it has them."""
    del options
    if outputs:
        return None
    if len(sample.choices) > len(string.ascii_uppercase):
        raise MedGaugeError(f"{sample.task}: sample {sample.id!r} has more than 26 options")
    lines = [f"{letter}. {choice}" for letter, choice in zip(string.ascii_uppercase, sample.choices, strict=False)]
    fields = {"question": sample.question, "options": "\n".join(lines)}
    letters = string.ascii_uppercase[: len(sample.choices)]
    pairs = zip(letters, sample.choices, strict=True)
    offered = tuple(Option(label=letter, forms=(choice,), letter=letter) for letter, choice in pairs)
    request = replace(ask("vqa", sample, style, kind_of(sample), fields), options=offered)
    return held(request, style, object_of(answer=one_of(letters) if letters else TEXT))


def parse(
    sample: Sample, outputs: Sequence[Output], box_format: BoxFormat, *, options: Mapping[str, str] = NO_OPTIONS
) -> Parsed:
    """The words, and what they decide: an option for multiple choice, else yes or no where they say so.

    Scores that an output gives of the options' letters are the answer's, under the options' words.
    """
    del box_format, options
    heard = hear(outputs)
    if not heard.text:
        return Parsed(answer=None, detail={"rule": "empty"})
    written = json_answer(heard, "answer")
    if written is not None:
        return _in_json(sample, outputs, written.text("answer"))
    if sample.choices:
        picked = extract_choice(heard.raw, sample.choices)
        return Parsed(answer=_chosen(sample, outputs, picked.choice), detail={"rule": picked.rule, "span": picked.span})
    decided = decide_polar(heard.raw, sample.language)
    return Parsed(
        answer=Answer(text=heard.text, polar=decided.polar), detail={"rule": decided.rule, "span": decided.span}
    )


def _in_json(sample: Sample, outputs: Sequence[Output], words: str) -> Parsed:
    """The words under the key, read as an answer in words is; None where there are none."""
    if not words:
        return Parsed(answer=None, detail={"rule": "malformed JSON"})
    if sample.choices:
        picked = extract_choice(words, sample.choices)
        return Parsed(answer=_chosen(sample, outputs, picked.choice), detail={"rule": f"JSON, {picked.rule}"})
    decided = decide_polar(words, sample.language)
    return Parsed(answer=Answer(text=words, polar=decided.polar), detail={"rule": f"JSON, {decided.rule}"})


def _chosen(sample: Sample, outputs: Sequence[Output], index: int | None) -> Answer | None:
    """The option in its own words, so that a letter is equal to the reference that spells it out."""
    if index is None:
        return None
    return Answer(text=sample.choices[index], choice=index, scores=_scores(sample, outputs[-1]))


def _scores(sample: Sample, output: Output) -> Mapping[str, float] | None:
    """A score of each option; None where one has none, or two options have the same words."""
    given = output.scores or {}
    letters = string.ascii_uppercase[: len(sample.choices)]
    if set(given) != set(letters) or len(set(sample.choices)) < len(letters):
        return None
    return {choice: given[letter] for letter, choice in zip(letters, sample.choices, strict=True)}


def metrics(options: Mapping[str, str]) -> tuple[str, ...]:
    """The same for every card."""
    del options
    return METRICS


def read_record(
    record: Mapping[str, Any],
    language: Language,
    box_format: BoxFormat,
    *,
    options: Mapping[str, str] = NO_OPTIONS,
    file: str = "records",
    line: int = 1,
) -> tuple[Sample, str]:
    """With `choices` a multiple choice, whose reference is an option's text or its letter; else polar or open."""
    del box_format, options
    read = Record(values=record, family="vqa", language=language, file=file, line=line)
    reference, choices = read.reference(), read.names("choices")
    if choices:
        right = _choice(reference, choices)
        if right is None:
            raise read.bad("reference", f"one of the choices {list(choices)} or its letter", reference)
        target = Answer(text=choices[right], choice=right)
        return read.sample(target, kind="choice", choices=choices), read.prediction()
    polar = POLAR.get(normalise(reference))
    sample = read.sample(Answer(text=reference, polar=polar), kind="closed" if polar else "open")
    return sample, read.prediction()


def _choice(reference: str, choices: tuple[str, ...]) -> int | None:
    written = normalise(reference)
    texts = [i for i, choice in enumerate(choices) if normalise(choice) == written]
    if texts:
        return texts[0]
    letter = string.ascii_lowercase.find(written) if len(written) == 1 else -1
    return letter if 0 <= letter < len(choices) else None


kit = FamilyKit(name="vqa", next_request=next_request, parse=parse, metrics=metrics, read_record=read_record)
