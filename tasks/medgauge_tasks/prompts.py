"""Named prompt sets, one file a family: templates in English and Chinese, filled without surprises.

`<image>` marks where the pictures go. `{name}` is a field. A template is cut and filled in one pass, so that a
question holding `{`, `<image>` or any other markup is shown word for word.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, RootModel

from medgauge.errors import BadRecord, MedGaugeError
from medgauge.protocols import Style
from medgauge.strict_yaml import read_yaml
from medgauge.types import JsonObject, Key, Language, Media, Message, Request, Sample, Text
from medgauge_tasks.pictures import picture_table

IMAGE = "<image>"
_FIELD = re.compile(r"\{([a-z_]+)\}")
Answers: TypeAlias = Literal["words", "json"]
_PICTURE_FIELDS = ("{picture}", "{image}", "{scan}")


class _SetFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    version: int
    source: str
    box_format: str | None = None
    answers: Answers = "words"
    unpublished: tuple[str, ...] = ()
    words: dict[Language, dict[str, str]] = {}
    en: dict[str, str]
    zh: dict[str, str]


class _SetsFile(RootModel[dict[str, _SetFile]]):
    model_config = ConfigDict(strict=True, frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSet:
    """The templates of one family under one name."""

    name: str
    version: int
    source: str
    """Where the wording comes from."""
    box_format: str | None
    """The only box format that the wording fits; None: it fits all."""
    answers: Answers
    """What it asks for; answers in JSON can be held to a schema."""
    unpublished: tuple[str, ...]
    """`language/kind` of templates that the named source never published: our translation or extension."""
    templates: Mapping[Language, Mapping[str, str]]
    words: Mapping[Language, Mapping[str, str]]
    """How lists and objects are written inside the templates."""

    @property
    def hash(self) -> str:
        """First 12 hex digits of the SHA-256 of all that can reach a model."""
        content: dict[str, object] = {
            "version": self.version,
            "box_format": self.box_format,
            "templates": self.templates,
            "words": self.words,
        }
        if self.answers == "json":
            content["answers"] = self.answers  # the schema depends on it
        if any(
            field in template
            for kinds in self.templates.values()
            for template in kinds.values()
            for field in _PICTURE_FIELDS
        ):
            content["pictures"] = picture_table()
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def prompt_sets(family: str) -> Mapping[str, PromptSet]:
    """All prompt sets of a family by name. Raises MedGaugeError when its file breaks the form."""
    folder = family.replace("-", "_")
    file = f"{folder}/prompts.yaml"
    return read_prompts((files("medgauge_tasks") / folder / "prompts.yaml").read_text("utf-8"), file)


def read_prompts(text: str, file: str) -> Mapping[str, PromptSet]:
    """The prompt sets in the text of a `prompts.yaml`. Raises BadRecord."""
    sets = {
        name: PromptSet(
            name=name,
            version=entry.version,
            source=entry.source,
            box_format=entry.box_format,
            answers=entry.answers,
            unpublished=entry.unpublished,
            templates={"en": entry.en, "zh": entry.zh},
            words={"en": {}, "zh": {}, **entry.words},
        )
        for name, entry in read_yaml(text, file, _SetsFile).root.items()
    }
    for one in sets.values():
        _check(one, file)
    return sets


def _check(one: PromptSet, file: str) -> None:
    if one.templates["en"].keys() != one.templates["zh"].keys():
        raise BadRecord(
            file, None, f"{one.name}.zh", f"the kinds {sorted(one.templates['en'])}", list(one.templates["zh"])
        )
    known = {f"{language}/{kind}" for language, kinds in one.templates.items() for kind in kinds}
    for entry in one.unpublished:
        if entry not in known:
            raise BadRecord(file, None, f"{one.name}.unpublished", f"one of {sorted(known)}", entry)
    for language, kinds in one.templates.items():
        for kind, template in kinds.items():
            if template.count(IMAGE) != 1:
                raise BadRecord(file, None, f"{one.name}.{language}.{kind}", f"one {IMAGE}", template)


def prompt_set(family: str, style: Style) -> PromptSet:
    """The set that a style names.

    Raises MedGaugeError for an unknown name, when the wording fixes another box format than the model's own, or when
    it asks for words and a schema is wanted.
    """
    sets = prompt_sets(family)
    if style.prompts not in sets:
        raise MedGaugeError(
            f"unknown prompt set {style.prompts!r} for family {family!r}: it has {', '.join(sorted(sets))}"
        )
    chosen = sets[style.prompts]
    if chosen.box_format not in (None, style.box_format.name):
        raise MedGaugeError(
            f"prompt set {chosen.name!r} of family {family!r} tells a model to write boxes as {chosen.box_format!r}, "
            f"but this model declares {style.box_format.name!r}; take the prompt set 'plain'"
        )
    if style.schema and chosen.answers != "json":
        raise MedGaugeError(f"--set schema=true: prompt set {chosen.name!r} asks for words; take the prompt set 'json'")
    return chosen


def fill(template: str, fields: Mapping[str, str]) -> str:
    """The template with every `{name}` replaced, once; what is put in is not looked at again."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in fields:
            raise MedGaugeError(f"prompt template: unknown field {match[0]!r}; it may use {', '.join(sorted(fields))}")
        return fields[match[1]]

    return _FIELD.sub(value, template)


def render(template: str, fields: Mapping[str, str], media: tuple[Media, ...]) -> Message:
    """The user's message: words, the pictures where `<image>` stands, words."""
    before, _, after = template.partition(IMAGE)
    first, last = ([Text(text=text)] if (text := fill(part, fields)) else [] for part in (before, after))
    return Message(role="user", parts=(*first, *media, *last))


def ask(family: str, sample: Sample, style: Style, kind: str, fields: Mapping[str, str]) -> Request:
    """The single question of a sample, put in the style. Raises MedGaugeError for a kind without a template."""
    chosen = prompt_set(family, style)
    templates = chosen.templates[style.language]
    if kind not in templates:
        raise MedGaugeError(
            f"{sample.task}: sample {sample.id!r} is of kind {kind!r}; prompt set {chosen.name!r} of family "
            f"{family!r} has {', '.join(sorted(templates))}"
        )
    return Request(
        id=str(Key(task=sample.task, id=sample.id, language=sample.language)),
        messages=(render(templates[kind], fields, sample.media),),
    )


def held(request: Request, style: Style, schema: JsonObject) -> Request:
    """The request with its answer held to a schema, where the style wants that."""
    return replace(request, schema=schema) if style.schema else request


def name_list(names: tuple[str, ...], words: Mapping[str, str]) -> str:
    """Names of objects in one line, each as the set writes an object."""
    return words.get("join", ", ").join(fill(words.get("object", "{name}"), {"name": name}) for name in names)
