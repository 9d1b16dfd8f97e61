"""Scores of options from the probabilities of the first token of an answer."""

import math
from collections.abc import Iterable, Mapping, Sequence

from medgauge.errors import MedGaugeError
from medgauge.generation import Option
from medgauge_model_adapters.openai_api.answers import NUMBERED, Alternative

TOP = 20
"""How many tokens servers list at most."""
MOST_IDS = 128
"""How many tokens vLLM lists by their numbers at most."""
_ELSEWHERE = "ask the model through transformers: or vllm:"


def variants(options: Iterable[Option]) -> list[str]:
    """Every way to say every option, as it is and after a space."""
    said = [form for option in options for form in option.said("first-token")]
    return list(dict.fromkeys(start + form for form in said for start in ("", " ")))


def best(options: Sequence[Option], scores: Mapping[str, float]) -> str:
    """How the option with the highest score is said; of equals the first."""
    return max(options, key=lambda option: scores[option.label]).said("first-token")[0]


def listed_scores(options: Sequence[Option], listed: Sequence[Alternative], request: str) -> dict[str, float]:
    """Scores where a server lists its likeliest first tokens as text.

    The first token of a form is the longest listed one that the form begins with. Raises MedGaugeError for an option
    none of whose forms has one, and for a token that two options share.
    """
    chances = _chances(token for token in listed if token.token.strip())
    firsts = {
        option.label: {
            max(begun, key=len)
            for form in variants([option])
            if (begun := [token for token in chances if form.startswith(token)])
        }
        for option in options
    }
    lacking = [label for label, tokens in firsts.items() if not tokens]
    if lacking:
        raise MedGaugeError(
            f"openai: {request}: no token of option {lacking[0]!r} is among the {len(listed)} likeliest that the "
            f"server lists; with a vLLM server give --set dialect=vllm, which asks for it by number, or {_ELSEWHERE}"
        )
    return _summed(firsts, chances, request)


def numbered_scores(
    options: Sequence[Option], first_ids: Mapping[str, int | None], listed: Sequence[Alternative], request: str
) -> dict[str, float]:
    """Scores where a server lists the tokens that were asked for by number; `first_ids` is per variant of a form.

    Raises MedGaugeError for a token that two options share, and where the server left one out.
    """
    chances = _chances(listed)
    firsts = {
        option.label: {f"{NUMBERED}{id}" for form in variants([option]) if (id := first_ids[form]) is not None}
        for option in options
    }
    for label, tokens in firsts.items():
        if not tokens or not tokens <= chances.keys():
            raise MedGaugeError(
                f"openai: {request}: the server gives no probability of option {label!r}; is it a vLLM new enough to "
                f"know logprob_token_ids? Otherwise {_ELSEWHERE}"
            )
    return _summed(firsts, chances, request)


def _chances(listed: Iterable[Alternative]) -> dict[str, float]:
    """Probability by token; what two tokens write alike is one."""
    chances: dict[str, float] = {}
    for token in listed:
        chances[token.token] = chances.get(token.token, 0.0) + math.exp(token.logprob)
    return chances


def _summed(firsts: Mapping[str, set[str]], chances: Mapping[str, float], request: str) -> dict[str, float]:
    owner: dict[str, str] = {}
    for label, tokens in firsts.items():
        for token in tokens:
            other = owner.setdefault(token, label)
            if other != label:
                raise MedGaugeError(
                    f"openai: {request}: options {other!r} and {label!r} begin with the same token, so its probability "
                    f"tells them not apart; whole-option scoring does: {_ELSEWHERE} with --set scoring=whole-option"
                )
    return {label: math.fsum(chances[token] for token in tokens) for label, tokens in firsts.items()}
