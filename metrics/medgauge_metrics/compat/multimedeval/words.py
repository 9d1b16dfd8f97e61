"""How MultiMedEval cleans a text before it compares words; the recipe is that of the VQA v2 evaluation.

Facts are those of multimedeval 1.0.0, `utils.clean_str`. Time is linear in the length of the text.
"""

import re

_MARKS = ';/[]"{}()=+\\_-><@`,?!'
_COMMA_IN_NUMBER = re.compile(r"\d,\d")
_FULL_STOP = re.compile(r"\.(?!\d)")
_FULL_STOPS_REMOVED = 32
"""A flag is passed where the number of replacements belongs, and the flag's value is 32."""
_ARTICLES = frozenset({"a", "an", "the"})
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS = {"none": "0"} | {word: str(number) for number, word in enumerate(_DIGITS)}

_WHOLE = """
ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't haven't he'd he'd've he's
how'd how'll how's isn't it'd it'd've it'll ma'am might've mightn't mightn't've must've mustn't needn't not've o'clock
oughtn't 'ow's'at shan't she'd've should've shouldn't shouldn't've somebody'd've somebody'll somebody's someone'd
someone'd've someone'll someone's something'd something'd've something'll that's there'd there'd've there're there's
they'd they'd've they'll they're they've 'twas wasn't we'd've we've weren't what'll what're what's what've when's
where'd where's where've who'd who'd've who'll who's who've why'll why're why's won't would've wouldn't wouldn't've
y'all y'all'd've y'all'll you'd you'd've you'll you're you've
"""


def _contractions() -> dict[str, str]:
    """Each word with any one of its marks left out, to the word; and one entry that goes the wrong way."""
    table = {"somebody'd": "somebodyd"}
    for word in _WHOLE.split():
        table |= {word[:at] + word[at + 1 :]: word for at, mark in enumerate(word) if mark == "'"}
    return table


CONTRACTIONS = _contractions()


def clean(text: str) -> str:
    """Lower case, marks out, articles out, number words to digits, lost apostrophes back.

    A mark becomes a space only where it never stands beside a space and no number of the text holds a comma;
    else all of that mark are deleted. Chinese and full-width marks stay, as do `. : ' * $ %` inside words.
    """
    text = text.lower()
    has_number = _COMMA_IN_NUMBER.search(text) is not None
    cleaned = text
    for mark in _MARKS:
        beside_space = f"{mark} " in text or f" {mark}" in text
        cleaned = cleaned.replace(mark, "" if beside_space or has_number else " ")
    cleaned = _FULL_STOP.sub("", cleaned, count=_FULL_STOPS_REMOVED)
    words = (_NUMBERS.get(word, word) for word in cleaned.lower().split())
    return " ".join(CONTRACTIONS.get(word, word) for word in words if word not in _ARTICLES)
