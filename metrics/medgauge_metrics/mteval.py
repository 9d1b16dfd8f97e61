r"""The tokenisers of the script mteval-v13a for Western text, and of WMT for Chinese, as sacrebleu applies them.

mteval-v13a: take out `<skipped>`, join words that a hyphen breaks at the end of a line, make line breaks spaces, write
four SGML entities out; then set spaces around ASCII punctuation but `' , - .`, around a point or comma that has no
digit before it or no digit behind it, and behind a hyphen that has a digit before it. A character that one match has
used is not looked at again: in `..5` the second point has nothing before it.
"""

import re

_MARK = re.compile(r"([!\"#$%&()*+/:;<=>?@\[\\\]^_`{|}~ ])")
_POINT_BEHIND_NO_DIGIT = re.compile(r"([^0-9])([.,])")
_POINT_BEFORE_NO_DIGIT = re.compile(r"([.,])([^0-9])")
_HYPHEN_BEHIND_DIGIT = re.compile(r"([0-9])(-)")
_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))
_CHINESE = re.compile(
    "(["
    "\u2001-\u2a6d"  # all in between: the two ends were meant to be those of Extension B
    "\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u33ff"
    "\u3400-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef"
    "])"
)
"""What the Chinese tokeniser sets alone: Han, radicals, strokes, CJK punctuation, all full-width forms, and U+2001 to
U+2A6D, which holds dashes, quotation marks and signs; characters of Extension B stay together."""


def mteval_13a(text: str) -> list[str]:
    """The tokens of a text as mteval-v13a cuts it, with case and punctuation."""
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return _western(f" {text} ")


def mteval_zh(text: str) -> list[str]:
    """Each Chinese character alone, the rest as mteval-v13a cuts it, without its first step."""
    return _western(_CHINESE.sub(r" \1 ", text.strip()))


def _western(text: str) -> list[str]:
    text = _MARK.sub(r" \1 ", text)
    text = _POINT_BEHIND_NO_DIGIT.sub(r"\1 \2 ", text)
    text = _POINT_BEFORE_NO_DIGIT.sub(r" \1 \2", text)
    return _HYPHEN_BEHIND_DIGIT.sub(r"\1 \2 ", text).split()
