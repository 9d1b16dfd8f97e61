"""Every request draws with noise of its own, whichever backend it goes to."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from medgauge.generation import Generation
from medgauge.types import Key, Message, Request, Text
from medgauge_model_adapters.seeds import seed_of

KEY = Key(task="t", id="1", language="en")


def asked(key: Key = KEY, seed: int = 0, words: str = "same") -> Request:
    messages = (Message(role="user", parts=(Text(text=words),)),)
    return Request(id=str(key), messages=messages, generation=Generation(seed=seed, temperature=1.0))


def test_whatever_names_a_request_decides_its_seed_and_nothing_else_does() -> None:
    keys = [
        KEY,
        replace(KEY, id="2"),
        replace(KEY, task="u"),
        replace(KEY, language="zh"),
        replace(KEY, turn=1),
        replace(KEY, trial=1),
    ]
    assert len({seed_of(asked(key, seed)) for key in keys for seed in (0, 1)}) == 12
    assert seed_of(asked()) == seed_of(asked(words="otherwise"))


@given(st.integers(-(2**40), 2**40), st.integers(1, 50))
def test_a_trial_is_no_trial_of_the_next_seed(seed: int, trial: int) -> None:
    here, there = asked(replace(KEY, trial=trial), seed), asked(replace(KEY, trial=trial - 1), seed + 1)
    assert seed_of(here) != seed_of(there)


@given(st.integers(), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_seed_is_31_bits_for_every_engine(seed: int, id: str) -> None:
    assert 0 <= seed_of(asked(replace(KEY, id=id), seed)) < 2**31


def test_a_seed_stays_what_it_was() -> None:
    """Recorded runs are repeated by it."""
    assert seed_of(asked()) == 1147071120
