"""Two turns: where are the regions that matter, and then the task's own question with the boxes that came back.

The words of the dialogue are MedGauge's: nobody published those of MedRegA.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from medgauge.protocols import Mention, Style
from medgauge.types import Family, Key, Media, Message, Output, Request, Sample, Text
from medgauge_tasks.families import NO_OPTIONS, Ask
from medgauge_tasks.json_answers import decode_items, json_answer
from medgauge_tasks.pictures import picture_words
from medgauge_tasks.prompts import ask, fill, prompt_set
from medgauge_tasks.reading import decode, frame_of, hear

FAMILIES: tuple[Family, ...] = ("vqa", "classification")
"""Families that can be asked so: their answers hold no boxes of their own."""
COT = "regional-cot"
REGIONS = "regions"


def next_turn(
    question: Ask,
    sample: Sample,
    style: Style,
    outputs: Sequence[Output],
    *,
    options: Mapping[str, str] = NO_OPTIONS,
) -> Request | None:
    """The next request of a family's `question`, after a turn that looks for regions where the style wants one.

    A sample without a picture has no regions: it is asked plainly, in one turn.
    """
    if style.cot is None or not sample.media:
        return question(sample, style, outputs, options=options)
    # A question may ask what kind of picture it is: the first turn must not tell.
    unnamed = picture_words(replace(sample, tags={}), style.language)
    fields = {**unnamed, "format": style.box_format.describe(style.language)}
    look = ask(COT, sample, style, "detect", fields)
    if not outputs:
        return look
    asked = question(sample, style, (), options=options)
    if len(outputs) > 1 or asked is None:
        return None
    asked = replace(asked, id=str(replace(Key.parse(asked.id), turn=1)))
    found = regions(sample, outputs[:1], style)
    if not found and style.cot.no_box == "plain":
        return asked
    said = _told(found, sample, outputs[0], style)
    before = hear(outputs[:1]).raw
    if style.cot.call == "fresh" or not before.strip():
        return replace(asked, messages=tuple(_with_words(message, said, seen=False) for message in asked.messages))
    answer = Message(role="assistant", parts=(Text(text=before),))
    now = tuple(_with_words(message, said, seen=True) for message in asked.messages)
    return replace(asked, messages=(*look.messages, answer, *now))


def regions(sample: Sample, outputs: Sequence[Output], style: Style) -> tuple[Mention, ...]:
    """What the first turn named, with at least one box each; nothing where its answer cannot be read."""
    heard = hear(outputs)
    written = json_answer(heard, REGIONS, named=True)
    if written is None:
        decoded = decode(heard, sample, outputs, style.box_format)
    else:
        decoded = decode_items((written.values or {}).get(REGIONS), sample, outputs, style.box_format)
    return tuple(mention for mention in decoded.mentions if mention.boxes)


def _told(found: Sequence[Mention], sample: Sample, output: Output, style: Style) -> str:
    """The regions in words, each box once, as the model itself writes boxes."""
    words = prompt_set(COT, style).words[style.language]
    frame = frame_of(sample, (output,))
    if not found or frame is None:
        return words["none"]
    named = [(mention.label, list(dict.fromkeys(mention.boxes))) for mention in found]
    return fill(words["found"], {"regions": style.box_format.encode(named, frame)})


def _with_words(message: Message, said: str, *, seen: bool) -> Message:
    """The message with words behind its picture; without the picture where the model has `seen` it in this talk."""
    last = max((place for place, part in enumerate(message.parts) if isinstance(part, Media)), default=-1)
    before, after = list(message.parts[: last + 1]), list(message.parts[last + 1 :])
    if seen:
        before = [part for part in before if not isinstance(part, Media)]
    told = Text(text=f"\n{said}" if before else said)
    first = after[0] if after else None
    if isinstance(first, Text) and not first.text.startswith("\n"):
        after[0] = Text(text=f"\n{first.text}")
    return replace(message, parts=(*before, told, *after))
