"""Reports and grounded reports: sentences that follow from the truth, in one of two wordings."""

from collections.abc import Sequence
from functools import partial

from medgauge.types import Answer, Language, Segment, Xyxy
from medgauge_tasks.demo.phantoms.design import Spot
from medgauge_tasks.demo.phantoms.items import Ask, Item, Picture, pool, take
from medgauge_tasks.demo.phantoms.words import LEVELS, SIDES, Words

_NUMBERS = ("no", "one", "two", "three")
_BIG = {"small": "较小", "large": "较大"}
_NOTHING = {
    "en": ("No focal lesion is seen.", "No abnormality is detected."),
    "zh": ("未见局灶性病变。", "未见明确异常征象。"),
}


def build_reports(pictures: Sequence[Picture], rounds: int) -> list[Item]:
    """A quarter each of normal pictures, one lesion, several of a kind, several kinds."""
    chosen = [p for name in ("normal", "single", "several", "mixed") for p in take(pool(pictures, name), 2 * rounds)]
    return [Item(picture=p, suffix="report", tags={"template": "report"}, ask=partial(_report, p)) for p in chosen]


def build_grounded(pictures: Sequence[Picture], rounds: int) -> list[Item]:
    """Three quarters describe all there is, one quarter the structures that are named."""
    items = []
    for name, n, start in (("normal", 1, 0), ("single", 2, 0), ("several", 1, 0), ("mixed", 2, 0)):
        items += [_grounded_item("all", p) for p in take(pool(pictures, name), n * rounds, start)]
    for name in ("normal", "several"):
        items += [_grounded_item("named", p) for p in take(pool(pictures, name), rounds, rounds)]
    return items


def article(noun: str) -> str:
    """The noun phrase with its indefinite article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def finding(picture: Picture, kind: str, language: Language) -> str:
    """Number, size, place and look of the lesions of one kind."""
    spots = [spot for spot, _ in picture.lesions(kind)]
    words, wording = picture.words, picture.plan.wording
    return (_finding_en if language == "en" else _finding_zh)(words, kind, spots, wording)


def _finding_en(words: Words, kind: str, spots: Sequence[Spot], wording: int) -> str:
    noun = words.kinds[kind].en
    if len(spots) == 1:
        what, where = f"{spots[0].size} {noun.one}", f"{_place(words, spots[0], 'en')} of the image"
        said = (f"There is a {what} in the {where}.", f"A {what} is seen in the {where}.")[wording]
    else:
        each = [f"a {spot.size} one in the {_place(words, spot, 'en')}" for spot in spots]
        count = _NUMBERS[len(spots)]
        said = (
            f"There are {count} {noun.many}: {_list_en(each)} of the image.",
            f"{count.capitalize()} {noun.many} are seen, {_list_en(each)} of the image.",
        )[wording]
    return f"{said} {noun.looks}"


def _finding_zh(words: Words, kind: str, spots: Sequence[Spot], wording: int) -> str:
    noun = words.kinds[kind].zh
    places = [_place(words, spot, "zh") for spot in spots]
    if len(spots) == 1:
        what = f"1{noun.measure}{_BIG[spots[0].size]}的{noun.label}"
        said = (f"图像{places[0]}见{what}", f"于图像{places[0]}可见{what}")[wording]
    else:
        sized = [f"{place}（{_BIG[spot.size]}）" for place, spot in zip(places, spots, strict=True)]
        each = [f"{place}1{noun.measure}（{_BIG[spot.size]}）" for place, spot in zip(places, spots, strict=True)]
        said = (
            f"图像内见{len(spots)}{noun.measure}{noun.label}，分别位于{'、'.join(sized)}",
            f"可见{noun.label}共{len(spots)}{noun.measure}，图像{'，'.join(each)}",
        )[wording]
    return f"{said}，{noun.looks}。"


def _place(words: Words, spot: Spot, language: Language) -> str:
    level = words.levels.of(language)[spot.level == "lower"]
    return words.place.of(language).format(side=SIDES.of(language)[spot.side], level=level)


def _list_en(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _impression_en(picture: Picture) -> str:
    words, wording = picture.words, picture.plan.wording
    if not picture.kinds:
        return (f"{words.normal.en.capitalize()}.", "No significant abnormality.")[wording]
    lines = []
    for kind in picture.kinds:
        noun, n = words.kinds[kind].en, len(picture.lesions(kind))
        named = noun.one if n == 1 else noun.many
        several = f"Solitary {named}." if n == 1 else f"Multiple {named} ({n})."
        lines.append((several, f"{_NUMBERS[n].capitalize()} {named}.")[wording])
    return " ".join(lines)


def _impression_zh(picture: Picture) -> str:
    words, wording = picture.words, picture.plan.wording
    if not picture.kinds:
        return ("未见明显异常。", "所示范围未见异常。")[wording]
    lines = []
    for kind in picture.kinds:
        noun, n = words.kinds[kind].zh, len(picture.lesions(kind))
        several = f"单发{noun.label}" if n == 1 else f"多发{noun.label}（{n}{noun.measure}）"
        lines.append((several, f"{noun.label}，共{n}{noun.measure}")[wording])
    return "；".join(lines) + "。"


def _report(picture: Picture, language: Language) -> Ask:
    words, wording = picture.words, picture.plan.wording
    where = {name: _where(picture, name, language) for name in picture.scene.parts}
    seen = words.background.of(language)[wording].format(**where)
    lesions = [finding(picture, kind, language) for kind in picture.kinds] or [_NOTHING[language][wording]]
    if language == "en":
        text = f"Findings: {' '.join([seen, *lesions])} Impression: {_impression_en(picture)}"
    else:
        text = f"影像所见：{''.join([seen, *lesions])}影像结论：{_impression_zh(picture)}"
    return Ask(target=Answer(text=text))


def _where(picture: Picture, part: str, language: Language) -> str:
    """The half of the image that tells where a landmark is: a side for the disc, else a level."""
    side, level = _halves(picture, picture.scene.parts[part][0], language)
    return side if part == "disc" else level


def _halves(picture: Picture, box: Xyxy, language: Language) -> tuple[str, str]:
    width, height = picture.media.size or (0, 0)
    side = "left" if box[0] + box[2] < width else "right"
    level = "upper" if box[1] + box[3] < height else "lower"
    return SIDES.of(language)[side], LEVELS.of(language)[level]


def _grounded_item(template: str, picture: Picture) -> Item:
    return Item(
        picture=picture,
        suffix=f"grounded-{template}",
        tags={"template": template},
        ask=partial(_grounded, template, picture),
    )


def _grounded(template: str, picture: Picture, language: Language) -> Ask:
    parts = picture.words.parts
    if template == "named":
        named = list(parts)[:2]
        segments = [_part_segment(picture, part, language) for part in named]
        choices = tuple(parts[part].of(language).label for part in named)
    else:
        landmarks = [name for name, part in parts.items() if part.landmark]
        segments = [_part_segment(picture, part, language) for part in landmarks]
        segments += [_lesion_segment(picture, kind, language) for kind in picture.kinds]
        choices = ()
    text = (" " if language == "en" else "").join(s.text for s in segments)
    boxes = tuple(box for s in segments for box in s.boxes)
    return Ask(choices=choices, target=Answer(text=text, segments=tuple(segments), boxes=boxes))


def _lesion_segment(picture: Picture, kind: str, language: Language) -> Segment:
    label = picture.words.kinds[kind].label(language)
    return Segment(label=label, text=finding(picture, kind, language), boxes=picture.boxes(kind, language))


def _part_segment(picture: Picture, name: str, language: Language) -> Segment:
    part = picture.words.parts[name]
    said = part.of(language)
    inside = [s for s in picture.plan.spots if part.host in ("both", s.side)]
    boxes = picture.part_boxes(name, language)
    if inside:
        text = said.holds.format(lesions=_contents(picture, inside, language))
    else:
        side, level = _halves(picture, boxes[0].xyxy, language)
        text = said.said[picture.plan.wording].format(side=side, level=level)
    return Segment(label=said.label, text=text, boxes=boxes)


def _contents(picture: Picture, spots: Sequence[Spot], language: Language) -> str:
    """Number of lesions of each kind, and their places."""
    said = []
    for kind in picture.kinds:
        mine = [spot for spot in spots if spot.kind == kind]
        if not mine:
            continue
        places = [_place(picture.words, spot, language) for spot in mine]
        if language == "en":
            noun = picture.words.kinds[kind].en
            named = article(noun.one) if len(mine) == 1 else f"{_NUMBERS[len(mine)]} {noun.many}"
            said.append(f"{named} ({', '.join(places)})")
        else:
            measure, label = picture.words.kinds[kind].zh.measure, picture.words.kinds[kind].zh.label
            said.append(f"{len(mine)}{measure}{label}（{'、'.join(places)}）")
    return " and ".join(said) if language == "en" else "、".join(said)
