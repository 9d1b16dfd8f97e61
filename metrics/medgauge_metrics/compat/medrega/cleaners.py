r"""How the released code cleans texts before it compares them. Time is linear in the length of a text.

The patterns of the original try every start again (`\d+\.`, `\[.*?\]`, `\[\[.*?\]\]`); these here give the same texts.
"""

import re

_MARKS = re.compile(r"[,:.]")
_CLAUSES = re.compile(r"[,:.\n]")
_SPACES = re.compile(r"\s+")
_NUMBERING = re.compile(r"(?<!\d)\d++\.")
_WORDS = {
    "pa": "posterior anterior",
    "ivc": "inferior vena cava",
    "head": "brain",
    "both": "bilateral",
    "tumour": "tumor",
    "tumours": "tumors",
}


def clean_question(text: str) -> str:
    """Of an English answer: lower case, six words replaced, hyphens to spaces; `.` and `:` become a glued `,`.

    A clause with an underscore is dropped.
    """
    text = ",".join(piece for piece in _MARKS.split(text) if "_" not in piece).lower()
    pieces = (" ".join(_WORDS.get(word, word) for word in piece.split(" ")) for piece in _MARKS.split(text))
    return ",".join(piece for piece in pieces if "_" not in piece).replace("-", " ")


def clean_report(text: str) -> str:
    """Of an English report: lower case, clauses joined by a full stop without a space, those with `_` dropped."""
    pieces = (piece.strip() for piece in _CLAUSES.split(text.lower()))
    return _SPACES.sub(" ", ".".join(piece for piece in pieces if piece and "_" not in piece))


def clean_chinese_report(text: str) -> str:
    """Of a Chinese answer: no brackets, hyphens and numbering; lines joined by `，`. `3.5cm` becomes `5cm`."""
    text = cut_out(text, "[", "]").replace("[", " ").replace("]", "").replace("-", "").lower()
    lines = (_NUMBERING.sub("", line).strip() for line in text.split("\n"))
    return "，".join(line for line in lines if line).replace("：，", "：").replace("。，", "，")


def cut_out(text: str, opening: str, closing: str) -> str:
    """The text without what stands from each opening to the next closing on the same line."""
    return "\n".join(_cut_line(line, opening, closing) for line in text.split("\n"))


def _cut_line(line: str, opening: str, closing: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := line.find(opening, at)) >= 0 and (end := line.find(closing, start + len(opening))) >= 0:
        kept.append(line[at:start])
        at = end + len(closing)
    return "".join(kept) + line[at:]
