r"""How MedEvalKit takes the answer out of a reply, before and inside its scorer.

Facts are those of its `utils/utils.py` and of `extract_boxed_content` in mathruler 0.1.0. Every step is linear in
the length of the reply.
"""

import re

_BRACE = re.compile(r"[{}]")
_BOXED = "\\boxed{"
_LEADS = (
    "**answer**:",
    "**answer**",
    "*answer*:",
    "**answer:**",
    "answer is",
    "answer:",
    "答案:",
    "final answer",
    "final answer is",
)
NOTHING = "None"
"""What stands for a box that is not there. The text is scored as if the model had written it."""


def boxed(text: str) -> str:
    r"""What the last `\boxed{...}` holds, braces inside it paired; NOTHING where none is or it does not close."""
    start = text.rfind(_BOXED)
    if start < 0:
        return NOTHING
    first, depth = start + len(_BOXED), 1
    for brace in _BRACE.finditer(text, first):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return text[first : brace.start()].strip()
    return NOTHING


def tagged(text: str) -> str:
    """All that stands between `<answer>` and `</answer>`, joined by spaces; the whole text where that is nothing."""
    opening, closing = "<answer>", "</answer>"
    parts: list[str] = []
    at = text.find(opening)
    while at >= 0:
        end = text.find(closing, at + len(opening))
        if end < 0:
            break
        parts.append(text[at + len(opening) : end])
        at = text.find(opening, end + len(closing))
    return " ".join(parts).strip() or text


def unwrapped(reply: str) -> str:
    """The first step, of each data set's own loop: the box, else the tags, else all of it."""
    held = boxed(reply)
    if held != NOTHING:
        return held
    return tagged(reply) if "<answer>" in reply else reply


def parsed(reply: str) -> str:
    """The second step, inside the scorer: lower case, box or tags again, then what follows the last lead-in.

    The word `boxed` anywhere asks for a box; where there is none the answer becomes NOTHING.
    """
    text = reply.lower()
    if "boxed" in text:
        text = boxed(text)
    elif "<answer>" in text:
        text = tagged(text)
    for lead in _LEADS:
        text = text.rpartition(lead)[2]
    return text
