"""Options weighed by a model's probabilities: which tokens to look at after which, and what their weights come to."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from medgauge.errors import MedGaugeError
from medgauge.generation import Scoring
from medgauge.types import Request

Tokens: TypeAlias = tuple[int, ...]
Encode: TypeAlias = Callable[[str], Sequence[int]]
Steps: TypeAlias = Mapping[Tokens, Mapping[int, float]]
"""After a continuation of the prompt, the natural log-probability of each token that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """The options of one request in tokens."""

    scoring: Scoring
    forms: Mapping[str, tuple[Tokens, ...]]
    """For each label the distinct ways to write it: whole, or only their first tokens."""

    @property
    def steps(self) -> dict[Tokens, list[int]]:
        """After each continuation, the tokens whose log-probabilities are needed. Forms that begin alike share."""
        wanted: dict[Tokens, list[int]] = {}
        for form in (form for forms in self.forms.values() for form in forms):
            for place, token in enumerate(form):
                known = wanted.setdefault(form[:place], [])
                if token not in known:
                    known.append(token)
        return wanted

    def scores(self, steps: Steps) -> dict[str, float]:
        """For each label its probability (first token), or the log of its probability (whole option)."""
        logs = {
            label: _log_sum([sum(steps[form[:place]][token] for place, token in enumerate(form)) for form in forms])
            for label, forms in self.forms.items()
        }
        return logs if self.scoring == "whole-option" else {label: math.exp(value) for label, value in logs.items()}


def ballot(request: Request, encode: Encode) -> Ballot | None:
    """What has to be weighed for a request; None where nothing is.

    Raises MedGaugeError for a form without tokens, and for a first token that two labels share.
    """
    scoring = request.generation.scoring
    if scoring == "none" or not request.options:
        return None
    read = _whole if scoring == "whole-option" else _firsts
    forms = {option.label: read(request, option.said(scoring), encode) for option in request.options}
    if scoring == "first-token":
        _require_apart(request, forms)
    return Ballot(scoring=scoring, forms=forms)


def chosen(request: Request, scores: Mapping[str, float]) -> str:
    """How the best label is said; of several equally good ones the first."""
    return max(request.options, key=lambda option: scores[option.label]).said(request.generation.scoring)[0]


def _whole(request: Request, forms: Sequence[str], encode: Encode) -> tuple[Tokens, ...]:
    made = {form: tuple(encode(form)) for form in forms}
    for form, tokens in made.items():
        if not tokens:
            raise MedGaugeError(f"{request.id}: the option {form!r} has no token in this model's vocabulary")
    return tuple(dict.fromkeys(made.values()))


def _firsts(request: Request, forms: Sequence[str], encode: Encode) -> tuple[Tokens, ...]:
    """The first token of each form, as it is and after a space; a token of white space alone begins them all."""
    blank = set(encode(" "))
    begun = [encode(start + form) for form in forms for start in ("", " ")]
    firsts = tuple(dict.fromkeys((tokens[0],) for tokens in begun if tokens and tokens[0] not in blank))
    if not firsts:
        raise MedGaugeError(f"{request.id}: the option {forms[0]!r} has no first token in this model's vocabulary")
    return firsts


def _require_apart(request: Request, forms: Mapping[str, tuple[Tokens, ...]]) -> None:
    owner: dict[Tokens, str] = {}
    for label, firsts in forms.items():
        for first in firsts:
            other = owner.setdefault(first, label)
            if other != label:
                raise MedGaugeError(
                    f"{request.id}: {other!r} and {label!r} begin with the same token, so their first tokens cannot "
                    "tell them apart; give --set scoring=whole-option"
                )


def _log_sum(logs: Sequence[float]) -> float:
    """The log of the sum of what these are the logs of."""
    highest = max(logs)
    return highest if math.isinf(highest) else highest + math.log(sum(math.exp(log - highest) for log in logs))
