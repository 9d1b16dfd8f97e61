"""The tags that a model puts round names and boxes, and their patterns."""

import re
from dataclasses import dataclass
from functools import cache

NARROW = str.maketrans("，、［］【】：；（）．－＋＜＞／｜", ",,[][]:;().-+<>/|")
"""Full-width punctuation to its narrow form, one character for one, so that spans stay true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Opening and closing tags; empty where the model has none. A text without them reads the same.

    Decoders often drop special tokens, so that nothing but names and numbers is left.
    """

    open_name: str = ""
    close_name: str = ""
    open_box: str = ""
    close_box: str = ""
    any_answer: bool = False
    """The box tags go round an answer of any kind, so that none without a list is malformed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """The tags of one model as regular expressions."""

    every: re.Pattern[str]
    open_name: re.Pattern[str]
    close_name: re.Pattern[str]
    open_box: re.Pattern[str]
    close_box: re.Pattern[str]
    """With the space before it."""


@cache
def patterns(tags: Tags) -> Patterns:
    """The tags as patterns that ignore case; a tag that is empty matches nowhere."""
    return Patterns(
        every=_any(tags.open_name, tags.close_name, tags.open_box, tags.close_box),
        open_name=_any(tags.open_name),
        close_name=_any(tags.close_name),
        open_box=_any(tags.open_box),
        close_box=_any(tags.close_box, before=r"\s*+"),
    )


def _any(*words: str, before: str = "") -> re.Pattern[str]:
    found = "|".join(re.escape(word) for word in words if word)
    return re.compile(f"{before}(?:{found})" if found else r"(?!)", re.IGNORECASE)


PLAIN = Tags()
REF_BOX = Tags(open_name="<ref>", close_name="</ref>", open_box="<box>", close_box="</box>")
"""Qwen-VL, InternVL and what is made of them."""
OBJECT_REF = Tags(
    open_name="<|object_ref_start|>",
    close_name="<|object_ref_end|>",
    open_box="<|box_start|>",
    close_box="<|box_end|>",
)
"""Qwen2-VL."""
REF_DET = Tags(open_name="<|ref|>", close_name="<|/ref|>", open_box="<|det|>", close_box="<|/det|>")
"""DeepSeek-VL2."""
BAR_BOX = Tags(open_name="<|ref|>", close_name="<|/ref|>", open_box="<|box|>", close_box="<|/box|>")
"""CheXagent-2."""
ANSWER_BOX = Tags(open_box="<|begin_of_box|>", close_box="<|end_of_box|>", any_answer=True)
"""GLM-V: the "box" is a frame round the answer, whatever it is."""
