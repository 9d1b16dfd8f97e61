"""Letters that can be drawn: fonts that hold them, and an escape for the few that no font has."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from unicodedata import category, east_asian_width

from medgauge.errors import MedGaugeError
from medgauge_leaderboards.exports.escape import cjk, visible

LATIN = "DejaVu Sans"
"""Comes with matplotlib."""
CJK = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "Microsoft YaHei",
    "SimHei",
    "SimSun",
    "Noto Sans CJK JP",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
)
"""Families that hold Chinese, the preferred first. Of a font collection some versions of matplotlib see JP alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """What texts are drawn with."""

    families: tuple[str, ...]
    """Fonts, asked one after another for each character."""
    covered: frozenset[int]
    """Code points that one of them holds."""

    def plain(self, text: str) -> str:
        """The text in its `visible` form, in one line; a character that no font has is written `\\u0e01`.

        Marks that would be drawn over their neighbours are such characters too.
        """
        return "".join(seen if all(map(self._drawn, seen)) else _code(one) for one in text for seen in [visible(one)])

    def short(self, names: Iterable[str], width: int) -> dict[str, str]:
        """Names to labels of at most `width` columns (a Chinese character has two), no two of them alike.

        A long name loses its middle; labels that would be alike are numbered.
        """
        labels = {name: _cut(self.plain(name), width) for name in names}
        alike = Counter(labels.values())
        taken = {label for label, times in alike.items() if times == 1}
        for name, label in labels.items():
            if alike[label] > 1:
                marks = (f" #{number}" for number in count(1))
                labels[name] = next(
                    one for mark in marks if (one := _cut(label, width - len(mark)) + mark) not in taken
                )
                taken.add(labels[name])
        return labels

    def _drawn(self, one: str) -> bool:
        return ord(one) in self.covered and category(one) not in ("Mn", "Me", "Co")


def shortened(labels: Mapping[str, str], letters: Lettering) -> list[str]:
    """What to say of labels that are not the whole name."""
    return [f"{label} is {letters.plain(name)}" for name, label in labels.items() if label != letters.plain(name)]


def lettering(texts: Sequence[str]) -> Lettering:
    """Fonts for all of some texts.

    Raises MedGaugeError where one holds Chinese and no installed font has all of it, or where matplotlib is missing.
    """
    require_matplotlib()
    latin = _charmap(LATIN) or frozenset()
    chinese = [text for text in map(visible, texts) if cjk(text)]
    if not chinese:
        return Lettering(families=(LATIN,), covered=latin)
    wanted = {ord(one) for text in chinese for one in text if cjk(one)} - latin
    for family in CJK:
        held = _charmap(family)
        if held is not None and wanted <= held:
            return Lettering(families=(LATIN, family), covered=latin | held)
    raise MedGaugeError(
        f"--figures: {chinese[0]!r} cannot be drawn: no installed font that matplotlib finds has all of its Chinese "
        "characters, and those of the other labels; install one (Debian: fonts-noto-cjk), or leave --figures out"
    )


def require_matplotlib() -> None:
    """Raises MedGaugeError where figures cannot be drawn at all."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MedGaugeError("--figures needs matplotlib; `pip install matplotlib`, or leave --figures out") from error


def _charmap(family: str) -> frozenset[int] | None:
    """Code points of a font; None where it is not installed."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    try:
        file = findfont(FontProperties(family=family), fallback_to_default=False)
    except ValueError:
        return None
    return frozenset(get_font(file).get_charmap())


def _cut(text: str, width: int) -> str:
    if columns_of(text) <= width:
        return text
    head, tail = "", ""
    for one in text:
        if columns_of(head + one) > (width - 1) // 2:
            break
        head += one
    for one in reversed(text):
        if columns_of(one + tail) > width - 1 - columns_of(head):
            break
        tail = one + tail
    return f"{head}\u2026{tail}"


def columns_of(text: str) -> int:
    """Columns that a text takes; a wide character takes two."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _code(one: str) -> str:
    code = ord(one)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
