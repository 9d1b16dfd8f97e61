"""What of a text is compared, and cut into which tokens: the options that metrics of words share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medgauge.types import Answer
from medgauge_metrics.counts import References
from medgauge_metrics.sections import SECTIONS, section_text
from medgauge_metrics.sections import SIGNATURE as HEADINGS
from medgauge_metrics.tokenize import TOKENISERS, tokeniser_signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A tokeniser and a section. Raises ValueError for a name that is not known."""

    tokenizer: str = "char"
    """A key of `medgauge_metrics.tokenize.TOKENISERS`."""
    section: str = ""
    """One of `medgauge_metrics.sections.SECTIONS`; empty: the whole text as it is."""

    def __post_init__(self) -> None:
        if self.tokenizer not in TOKENISERS:
            raise ValueError(f"tokenizer={self.tokenizer}: expected one of {', '.join(TOKENISERS)}")
        if self.section not in ("", *SECTIONS):
            raise ValueError(f"section={self.section}: expected one of {', '.join(SECTIONS)}, or none for all")

    @property
    def options(self) -> Mapping[str, str]:
        """Those that are not the default, for a metric's name."""
        chosen = {"section": self.section} if self.section else {}
        return chosen | ({"tokenizer": self.tokenizer} if self.tokenizer != "char" else {})

    @property
    def signature(self) -> str:
        """Tokeniser and section, with what they come from."""
        return f"{tokeniser_signature(self.tokenizer)}|{section_signature(self.section)}"

    def tokens(self, text: str) -> list[str]:
        """Of a text, or of a part that `written` or `references` gave."""
        return TOKENISERS[self.tokenizer](text)

    def written(self, answer: Answer | None) -> str:
        """What is compared of an answer; nothing where it lacks the section."""
        text = answer.text if answer else ""
        return (section_text(text, self.section) or "") if self.section else text

    def references(self, target: Answer) -> tuple[str, ...]:
        """What an answer is compared with: of `text` and `texts` those that have the section, without empty ones."""
        return references(target, self.section)

    def batch(
        self, answers: Sequence[Answer | None], targets: Sequence[Answer]
    ) -> tuple[str, tuple[str, ...], References]:
        """Tokeniser, answers and references as the counting of batches takes them."""
        return self.tokenizer, tuple(map(self.written, answers)), tuple(map(self.references, targets))


def references(target: Answer, section: str = "") -> tuple[str, ...]:
    """Of `text` and `texts` the section, where there is any text in it."""
    texts = (target.text, *target.texts)
    parts = [section_of(text, section) for text in texts] if section else texts
    return tuple([text for text in parts if text and not text.isspace()])


def section_of(text: str, section: str) -> str | None:
    """The whole text where no section is asked; None where the text lacks the section."""
    return section_text(text, section) if section else text


def section_signature(section: str) -> str:
    """Of a signature."""
    return f"section:{section}|{HEADINGS}" if section else "section:whole"


def named(head: str, options: Mapping[str, str]) -> str:
    """The name of a metric with options, in alphabetical order."""
    return head + (f"({','.join(f'{key}={options[key]}' for key in sorted(options))})" if options else "")
