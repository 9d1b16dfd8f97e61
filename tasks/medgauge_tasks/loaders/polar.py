"""Is a reference answer yes or no?"""

from collections.abc import Mapping

from medgauge.types import Language, Polar
from medgauge_metrics.answers import normalise

WORDS: Mapping[Language, Mapping[str, Polar]] = {
    "en": {"yes": "yes", "no": "no"},
    # Chinese answers with the question's own verb: 包含吗？ 不包含。
    "zh": {
        **dict.fromkeys(("是", "是的", "有", "存在", "包含", "包括", "可以"), "yes"),
        **dict.fromkeys(("否", "不是", "没有", "不存在", "不包含", "不包括", "不可以"), "no"),
    },
}


def polar_of(reference: str, language: Language) -> Polar | None:
    """Yes or no when the reference is that one word once normalised, else None; no reading between the lines."""
    return WORDS[language].get(normalise(reference))
