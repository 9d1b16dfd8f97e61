"""Where tokens end in a text, whatever a server does to bytes, special tokens and white space."""

import json
import math
from itertools import pairwise

import pytest
from asked import ask, model_of, only
from hostile_server import HostileServer, Say, completion
from hypothesis import given
from hypothesis import strategies as st

from medgauge_model_adapters.openai_api.alignment import aligned
from medgauge_model_adapters.openai_api.answers import Token


def token(text: str, data: bytes | None = None, logprob: float = -0.5) -> Token:
    return Token(token=text, logprob=logprob, bytes=None if data is None else list(data))


def ends(text: str, tokens: list[Token]) -> list[int] | None:
    found = aligned(text, tokens)
    return None if found is None else [end for end, _ in found]


def cut(text: str, places: list[int]) -> list[bytes]:
    data = text.encode()
    marks = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(marks)]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30), st.lists(st.integers(0, 200)))
def test_bytes_given_tell_every_end(text: str, places: list[int]) -> None:
    pieces = cut(text, places)
    found = ends(text, [token(piece.decode("utf-8", "replace"), piece) for piece in pieces])
    whole = [len(b"".join(pieces[: n + 1]).decode("utf-8", "ignore")) for n in range(len(pieces))]
    assert found == whole


CHINESE = st.text("左肺结节无见", min_size=1, max_size=4)


@given(st.lists(st.tuples(CHINESE, st.integers(1, 999)), min_size=1, max_size=6), st.randoms())
def test_numbers_are_found_after_characters_that_came_in_pieces(said: list[tuple[str, int]], random) -> None:
    """As servers list them: the pieces of a Chinese character each as U+FFFD or as nothing, digits whole."""
    text, tokens, expected = "", [], []
    for words, number in said:
        for character in words:
            for _ in range(random.choice([1, 2, 3])):
                broken = random.choice(["\ufffd", ""])
                tokens.append(token(broken, broken.encode()))
            text += character
        for digit in str(number):
            text += digit
            tokens.append(token(digit, digit.encode()))
            expected.append((len(tokens) - 1, len(text)))
    found = ends(text, tokens)
    assert found is not None
    assert [(index, found[index]) for index, _ in expected] == expected
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        ("yes", ["yes", "<|im_end|>"], [3, 3]),
        ("yes", ["yes", ""], [3, 3]),
        ("nodule [1]", ["<ref>", "nodule", "</ref>", " [", "1", "]"], [0, 6, 6, 8, 9, 10]),
        ("The", ["\n\n", "The"], [0, 3]),
        ("The", ["\n\nThe"], [3]),
        ("的\ufffd\ufffd )", ["的", "", "", " )"], [1, 1, 1, 5]),
        ("a\ufffd\ufffd出\ufffd\ufffdz", ["a", "\ufffd\ufffd出", "", "", "z"], [1, 4, 4, 4, 7]),
        ("is \ufffd\ufffd", ["is", " ", "", ""], [2, 3, 3, 5]),
        ("<think>so</think>A", ["<think>", "\n", "so", "\n", "</think>", "\n\n", "A"], [7, 7, 9, 9, 17, 17, 18]),
        ("<think>so</think>A", ["so", "\n", "</think>", "\n\n", "A", "<end>"], [9, 9, 17, 17, 18, 18]),
        ("", [], []),
        ("", ["<|im_end|>"], [0]),
        ("no", ["yes"], None),
        ("yes and no", ["yes"], None),
    ],
)
def test_tokens_that_the_text_does_not_show(text: str, tokens: list[str], expected: list[int] | None) -> None:
    assert ends(text, [token(piece) for piece in tokens]) == expected


@given(st.text(max_size=20), st.lists(st.text(max_size=5), max_size=8))
def test_any_list_gives_ends_in_order_or_none(text: str, pieces: list[str]) -> None:
    found = ends(text, [token(piece) for piece in pieces])
    if found is not None:
        assert found == sorted(found)
        assert all(0 <= end <= len(text) for end in found)
        assert not found or found[-1] == len(text)


def listed(*tokens: tuple[str, float]) -> dict:
    content = [{"token": text, "logprob": logprob, "bytes": list(text.encode())} for text, logprob in tokens]
    answer = completion("".join(text for text, _ in tokens))
    answer["choices"][0]["logprobs"] = {"content": content}
    return answer


def test_log_probabilities_come_with_their_places(server: HostileServer) -> None:
    server.behave = lambda call: Say(body=listed(("box ", -0.1), ("12", -2.5)))
    assert only(model_of(server.spec), ask(1, logprobs=True)).logprobs == ((4, -0.1), (6, -2.5))
    assert server.calls[-1].body["logprobs"] is True
    assert only(model_of(server.spec), ask(1)).logprobs == ()
    assert "logprobs" not in server.calls[-1].body


def test_a_list_that_does_not_fit_is_left_out_and_counted(server: HostileServer) -> None:
    answer = listed(("box", -0.1))
    answer["choices"][0]["message"]["content"] = "something else"
    server.behave = lambda call: Say(body=answer)
    model = model_of(server.spec)
    output = only(model, ask(1, logprobs=True))
    assert (output.text, output.logprobs) == ("something else", ())
    assert model.report()["unaligned_logprobs"] == 1


@pytest.mark.parametrize("literal", ["NaN", "-Infinity", "1e999", '"low"', "null"])
def test_a_log_probability_that_is_none_fails_the_output(server: HostileServer, literal: str) -> None:
    body = json.dumps(listed(("box", -0.125))).replace("-0.125", literal)
    server.behave = lambda call: Say(body=body)
    output = only(model_of(server.spec), ask(1, logprobs=True))
    assert output.finish == "failed"
    assert output.logprobs == ()
    assert math.isfinite(len(output.error))
