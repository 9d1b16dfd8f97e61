"""Is a reference answer yes or no?"""

from collections.abc import Mapping

from medgauge.types import Language, Polar
from medgauge_metrics.answers import normalise

WORDS: Mapping[Language, Mapping[str, Polar]] = {
    "en": {"yes": "yes", "no": "no"},
    "zh": {"是": "yes", "否": "no"},
}


def polar_of(reference: str, language: Language) -> Polar | None:
    """Yes or no when the reference is that one word once normalised, else None; no reading between the lines."""
    return WORDS[language].get(normalise(reference))
