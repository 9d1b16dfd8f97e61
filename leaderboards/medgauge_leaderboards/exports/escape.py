"""Names from data as text that no reader of an export takes for anything else.

Every export shows the `visible` form of a text: what would move a cursor, break a line or turn the direction of
writing is shown and does nothing. CSV, Markdown and LaTeX add their own escapes to it.
"""

import re
from unicodedata import category, name

_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Control and format characters, surrogates, separators of lines and paragraphs."""
_FORMULA = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    # A row that begins with one of these would be read as an argument of the `\\` before it.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "\u2212": "$-$",
}
_LIGATURE = re.compile("-(?=-)|,(?=,)")
_CJK = ("CJK", "BOPOMOFO", "FULLWIDTH", "HALFWIDTH", "HANGUL", "HIRAGANA", "IDEOGRAPHIC", "KATAKANA")


def visible(text: str) -> str:
    """Text in which every character can be seen and none is obeyed.

    U+0000 to U+001F become their pictures U+2400 to U+241F (escape is U+241B, a new line U+240A), U+007F is U+2421; a
    lone surrogate is U+FFFD; other control and format characters, and separators of lines, are written `\\u202e`.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_seen(one) if category(one) in _HIDDEN else one for one in text)


def guarded(text: str) -> str:
    """Text for a CSV cell that a spreadsheet must not take for a formula: an apostrophe goes before it.

    That is so for texts whose first character, after blanks, is `=`, `+`, `-`, `@` or the wide form of one. A text
    that already has such an apostrophe gets another one: taking one away always gives the text.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def latex(text: str) -> str:
    """Text for the body of a LaTeX table, with nothing in it that LaTeX obeys."""
    return _LIGATURE.sub(lambda found: found[0] + "{}", "".join(_LATEX.get(one, one) for one in text))


def cjk(text: str) -> bool:
    """Whether it holds Chinese, Japanese or Korean characters."""
    return any(name(one, "").startswith(_CJK) for one in text if not one.isascii())


def _seen(one: str) -> str:
    code = ord(one)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if category(one) == "Cs":
        return "\ufffd"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
