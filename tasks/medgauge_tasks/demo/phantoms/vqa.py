"""Questions with short answers. Within a template and a modality every answer comes equally often."""

from collections.abc import Callable, Sequence
from functools import partial

from medgauge.types import Answer, Language
from medgauge_tasks.demo.phantoms.design import MODALITIES
from medgauge_tasks.demo.phantoms.items import Ask, Item, Picture, grouped, number, pool, take
from medgauge_tasks.demo.phantoms.reports import article
from medgauge_tasks.demo.phantoms.words import LEVELS, SIDES, Both, words

_QUESTIONS: dict[str, Both[str]] = {
    "presence": Both(en="Is there a lesion in this {picture}?", zh="这张{picture}中是否可见病灶？"),
    "finding": Both(en="Is there {kind} in this {picture}?", zh="这张{picture}中是否可见{kind}？"),
    "size": Both(
        en="Is the longest side of the lesion in this {picture} more than one seventh of the image width?",
        zh="这张{picture}中病灶的最大径是否超过图像宽度的七分之一？",
    ),
    "side": Both(
        en="On which side of the image is the lesion in this {picture}, left or right?",
        zh="这张{picture}中的病灶位于图像的左侧还是右侧？",
    ),
    "level": Both(
        en="In which half of the image is the lesion in this {picture}, upper or lower?",
        zh="这张{picture}中的病灶位于图像的上半部还是下半部？",
    ),
    "count": Both(
        en="How many lesions are there in this {picture}? Give a number.",
        zh="这张{picture}中共有几个病灶？请用阿拉伯数字回答。",
    ),
    "kind": Both(
        en="Which kind of lesion does this {picture} show?",
        zh="这张{picture}显示的是哪一种病灶？",
    ),
    "modality": Both(en="Which modality is this image?", zh="这张图像属于哪种检查？"),
}
_POLAR: Both[tuple[str, str]] = Both(en=("no", "yes"), zh=("否", "是"))
_SIDE = Both(en=SIDES.en, zh={"left": "左侧", "right": "右侧"})
_LEVEL = Both(en=LEVELS.en, zh={"upper": "上半部", "lower": "下半部"})


def build(pictures: Sequence[Picture], rounds: int) -> list[Item]:
    """Questions about the pictures of one modality."""
    many = 1 if rounds == 1 else 2 * rounds
    one = pool(pictures, "single")
    items = _presence(pictures, many) + _finding(pictures, rounds)
    items += _choose("side", one, many, lambda p: p.plan.spots[0].side, 0)
    if pictures[0].plan.modality != "oct":  # there upper and lower are layers of the retina, not halves of the image
        items += _choose("level", one, many, lambda p: p.plan.spots[0].level, 1)
    items += _choose("size", one, many, lambda p: p.plan.spots[0].size, 2)
    items += _choose("count", pool(pictures, "single", "several"), rounds, lambda p: len(p.plan.spots), 0)
    items += _choose("kind", one, many, lambda p: p.plan.spots[0].kind, number(pictures))
    items += [_item("modality", p) for p in take(pictures, rounds, 5 * number(pictures))]
    return items


def _presence(pictures: Sequence[Picture], n: int) -> list[Item]:
    ill = [p for p in pictures if p.plan.spots]
    chosen = take(pool(pictures, "normal"), n) + take(ill, n, 5 * number(pictures) + 1)
    return [_item("presence", p) for p in chosen]


def _finding(pictures: Sequence[Picture], rounds: int) -> list[Item]:
    """Each kind asked for as often where it is as where it is not; half of the latter show another kind."""
    items = []
    first = number(pictures)
    kinds = tuple(pictures[0].words.kinds)
    for i, kind in enumerate(kinds if rounds > 1 else take(kinds, 1, first)):
        present = [p for p in pictures if kind in p.kinds]
        other = [p for p in pictures if p.kinds and kind not in p.kinds]
        normal = pool(pictures, "normal")
        if rounds > 1:
            chosen = take(present, 2, first + i) + take(other, 1, first + i) + take(normal, 1, first + i)
        else:
            chosen = take(present, 1, first) + take((other, normal)[first % 2], 1, first)
        items += [_item("finding", p, kind) for p in chosen]
    return items


def _choose(
    template: str, pictures: Sequence[Picture], n: int, key: Callable[[Picture], str | int], start: int
) -> list[Item]:
    groups = grouped(pictures, key)
    chosen = [p for i, group in enumerate(groups.values()) for p in take(group, n, start + i)]
    return [_item(template, p) for p in chosen]


def _item(template: str, picture: Picture, kind: str = "") -> Item:
    form = {"kind": "choice", "modality": "choice", "side": "open", "level": "open", "count": "open"}
    return Item(
        picture=picture,
        suffix="-".join(filter(None, (template, kind))),
        tags={"kind": form.get(template, "closed"), "template": template},
        ask=partial(_ask, template, picture, kind),
    )


def _ask(template: str, picture: Picture, kind: str, language: Language) -> Ask:
    vocabulary = picture.words
    asked = vocabulary.kinds[kind] if kind else None
    question = (
        _QUESTIONS[template]
        .of(language)
        .format(
            picture=vocabulary.picture.of(language),
            kind=asked and (article(asked.en.one) if language == "en" else asked.zh.label),
        )
    )
    if template in ("kind", "modality"):
        choices, right = _options(template, picture, language)
        return Ask(question=question, choices=choices, target=Answer(text=choices[right], choice=right))
    if template in ("presence", "finding", "size"):
        truth = _truth(template, picture, kind)
        return Ask(question=question, target=Answer(text=_POLAR.of(language)[truth], polar="yes" if truth else "no"))
    return Ask(question=question, target=Answer(text=_open(template, picture, language)))


def _truth(template: str, picture: Picture, kind: str) -> bool:
    if template == "finding":
        return kind in picture.kinds
    if template == "presence":
        return bool(picture.plan.spots)
    return picture.plan.spots[0].size == "large"


def _open(template: str, picture: Picture, language: Language) -> str:
    if template == "count":
        return str(len(picture.plan.spots))
    spot = picture.plan.spots[0]
    return _SIDE.of(language)[spot.side] if template == "side" else _LEVEL.of(language)[spot.level]


def _options(template: str, picture: Picture, language: Language) -> tuple[tuple[str, ...], int]:
    """Options, turned by a number that does not hang on the answer, and the index of the right one."""
    if template == "kind":
        names = [kind.label(language) for kind in picture.words.kinds.values()]
        right = list(picture.words.kinds).index(picture.plan.spots[0].kind)
        turn = MODALITIES.index(picture.plan.modality)
    else:
        names = [words()[modality].name.of(language) for modality in MODALITIES]
        right, turn = MODALITIES.index(picture.plan.modality), 3
    turn %= len(names)
    return tuple(names[turn:] + names[:turn]), (right - turn) % len(names)
