"""The side of the body in a name, in English and Chinese: left, right, both, or none.

A short closed list of words, no dictionary. `L` and `R` alone are no side, 3cm左右 is "about 3 cm", and a
left-to-right shunt lies on neither.
"""

import re
from typing import Literal, TypeAlias

from medgauge_metrics.lexicon import fingerprint
from medgauge_metrics.textform import normalise

Side: TypeAlias = Literal["left", "right", "bilateral"]

_ENGLISH = r"(?:left|right|bilateral(?:ly)?|both)"
_BOTH = r"(?:left[ ]?(?:and|or|/)[ ]?right|right[ ]?(?:and|or|/)[ ]?left)"
_SIDED = r"(?:[ ]?(?:sided?|sides)(?![a-z\d]))?"
_PAIRED = "[肺肾眼耳乳膝髋肩肘腕踝手足上下]"
_WORDS = re.compile(
    rf"(?P<other>(?<=[\da-z个])左右|左右(?=\Z|径)|[左右]向[左右](?=分流)|[左右]旋)"
    rf"|(?P<side>[ ](?:on|in|at|to)(?:[ ]the)?[ ](?:{_BOTH}|{_ENGLISH}){_SIDED}\Z"
    rf"|(?<![a-z\d])(?:{_BOTH}|{_ENGLISH})(?:{_SIDED})(?![a-z\d])"
    rf"|左右(?:两侧|双侧|侧)?|[左右](?:侧|边)?|[双两](?:侧|边|(?={_PAIRED})))"
)
"""Of a normalised name, where "left-sided" is `leftsided`: what looks like a side and is none, then the sides."""
SIGNATURE = f"sides:v1-{fingerprint((_WORDS,))}"


def side_of(name: str) -> Side | None:
    """The side that a name gives; bilateral where it gives both; None where it gives none."""
    return split_side(name)[1]


def without_side(name: str) -> str:
    """A name after `normalise` without the words for its side, in the singular; unchanged where it gives none.

    Names that differ in their side alone give the same: `left lung` and `both lungs`, 左肺 and 双肺.
    """
    return split_side(name)[0]


def split_side(name: str) -> tuple[str, Side | None]:
    """What `without_side` and `side_of` give."""
    whole = normalise(name)
    said = " ".join(match["side"] or "" for match in _WORDS.finditer(whole))
    left, right = "left" in said or "左" in said, "right" in said or "右" in said
    both = (left and right) or any(word in said for word in ("bilateral", "both", "双", "两"))
    if not (left or right or both):
        return whole, None
    core = _singular(normalise(_WORDS.sub(lambda match: match["other"] or " ", whole)))
    return core, "bilateral" if both else "left" if left else "right"


def _singular(name: str) -> str:
    """Without the plural `s` of its last word: "both lungs" speaks of what "left lung" does."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if re.search(r"[a-z]{2}(?<![sui])s\Z", name[-3:]) else name
