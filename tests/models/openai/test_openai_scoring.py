"""Options weighed by the first token of an answer."""

import math

import pytest
from asked import ask, model_of, only
from hostile_server import SPACE, Call, HostileServer, Say, complaint, completion

from medgauge.errors import MedGaugeError
from medgauge.generation import Option

YES_NO = (Option(label="yes", forms=("yes", "Yes", "是")), Option(label="no", forms=("no", "No", "否")))
LETTERS = (Option(label="A", forms=("A", "A.")), Option(label="B", forms=("B", "B.")))


def weighing(server: HostileServer, chances: dict[str, float], text: str = "x"):
    def behave(call: Call) -> Say:
        answer = completion(text)
        top = [{"token": word, "logprob": math.log(p), "bytes": list(word.encode())} for word, p in chances.items()]
        first = {**top[0], "top_logprobs": top}
        answer["choices"][0]["logprobs"] = {"content": [first, {"token": text, "logprob": -1.0, "bytes": None}]}
        return Say(body=answer)

    server.behave = behave


def test_probabilities_of_the_forms_are_summed(server: HostileServer) -> None:
    weighing(server, {"Yes": 0.3, " Yes": 0.05, "No": 0.2, " no": 0.1, "否": 0.07, "The": 0.1, " ": 0.1, "Y": 0.01})
    output = only(model_of(server.spec), ask(1, options=YES_NO, scoring="first-token"))
    assert output.scores == pytest.approx({"yes": 0.35, "no": 0.37})
    assert (output.text, output.finish, output.usage.output_tokens) == ("no", "stop", 0)
    body = server.calls[-1].body
    assert (body["logprobs"], body["top_logprobs"], body["max_tokens"]) == (True, 20, 1)


def test_of_equals_the_first_is_said(server: HostileServer) -> None:
    weighing(server, {"B": 0.25, "A": 0.25})
    assert only(model_of(server.spec), ask(1, options=LETTERS, scoring="first-token")).text == "A"


def test_where_many_may_be_right_it_also_answers(server: HostileServer) -> None:
    weighing(server, {"A": 0.6, "B": 0.2}, "A, B")
    output = only(model_of(server.spec), ask(1, options=LETTERS, many=True, scoring="first-token", max_new_tokens=9))
    assert output.scores == pytest.approx({"A": 0.6, "B": 0.2})
    assert (output.text, output.usage.output_tokens) == ("A, B", 3)
    assert server.calls[-1].body["max_tokens"] == 9


def test_without_options_nothing_is_weighed(server: HostileServer) -> None:
    output = only(model_of(server.spec), ask(1, scoring="first-token"))
    assert (output.text, output.scores) == ("echo q1", None)
    assert "top_logprobs" not in server.calls[-1].body


@pytest.mark.parametrize(
    ("options", "chances", "said"),
    [
        (YES_NO, {"Yes": 0.5, "The": 0.2}, "no token of option 'no' is among the 2 likeliest .*dialect=vllm"),
        (
            (Option(label="effusion", forms=("Pleural effusion",)), Option(label="plaque", forms=("Pleural plaque",))),
            {"Ple": 0.5, "No": 0.1},
            "'effusion' and 'plaque' begin with the same token.*whole-option",
        ),
    ],
)
def test_options_that_first_tokens_cannot_weigh(server: HostileServer, options, chances, said: str) -> None:
    weighing(server, chances)
    with pytest.raises(MedGaugeError, match=said):
        only(model_of(server.spec), ask(1, options=options, scoring="first-token"))


def test_a_server_without_probabilities_is_refused(server: HostileServer) -> None:
    with pytest.raises(MedGaugeError, match="gives no probabilities of tokens"):
        only(model_of(server.spec), ask(1, options=LETTERS, scoring="first-token"))


def test_whole_options_are_refused_with_advice(server: HostileServer) -> None:
    with pytest.raises(MedGaugeError, match=r"scoring=whole-option.*transformers: or vllm:.*first-token"):
        only(model_of(server.spec), ask(1, options=LETTERS, scoring="whole-option"))
    assert not server.calls


def test_vllm_is_asked_for_the_tokens_by_number(server: HostileServer) -> None:
    """Exact, however unlikely: the server tells which tokens the forms begin with, and gives their probabilities."""
    server.tokens = {"A": [10, 1], " A": [SPACE, 10], "A.": [10, 13], " A.": [SPACE, 10, 13]}
    server.tokens |= {"B": [11], " B": [31], "B.": [11, 13], " B.": [31, 13]}
    weighing(server, {"token_id:99": 0.9, "token_id:10": 0.001, "token_id:11": 0.002, "token_id:31": 0.004})
    model = model_of(server.spec, dialect="vllm")
    for number in (1, 2):
        output = only(model, ask(number, options=LETTERS, scoring="first-token", min_new_tokens=3))
        assert output.scores == pytest.approx({"A": 0.001, "B": 0.006})
    body = server.calls[-1].body
    assert body["logprob_token_ids"] == [10, 11, 31], "not SPACE, with which any word may begin"
    assert (body["return_tokens_as_token_ids"], body["min_tokens"], body["max_tokens"]) == (True, 0, 1)
    assert "top_logprobs" not in body


def numbered(server: HostileServer, words: bool) -> None:
    """Answers "A, B" in three tokens told by number, with their words as bytes beside them or without."""
    server.tokens = {form: [ord(form.strip()[0])] for form in ("A", " A", "A.", " A.", "B", " B", "B.", " B.")}
    answer = completion("A, B")
    content = [
        {"token": f"token_id:{id}", "logprob": -1.0, "bytes": list((piece if words else f"token_id:{id}").encode())}
        for id, piece in ((65, "A"), (44, ","), (1066, " B"))
    ]
    top = [{"token": f"token_id:{id}", "logprob": math.log(p)} for id, p in ((65, 0.6), (66, 0.2))]
    content[0]["top_logprobs"] = top
    answer["choices"][0]["logprobs"] = {"content": content}
    server.behave = lambda call: Say(body=answer)


def test_log_probabilities_stand_beside_scores_by_number(server: HostileServer) -> None:
    numbered(server, words=True)
    asked = ask(1, options=LETTERS, many=True, scoring="first-token", logprobs=True)
    output = only(model_of(server.spec, dialect="vllm"), asked)
    assert output.scores == pytest.approx({"A": 0.6, "B": 0.2})
    assert output.logprobs == ((1, -1.0), (2, -1.0), (4, -1.0))


def test_tokens_told_by_number_alone_are_refused_not_dropped(server: HostileServer) -> None:
    numbered(server, words=False)
    model = model_of(server.spec, dialect="vllm")
    with pytest.raises(MedGaugeError, match=r"by number alone .* drop logprobs or scoring"):
        only(model, ask(1, options=LETTERS, many=True, scoring="first-token", logprobs=True))
    assert only(model, ask(1, options=LETTERS, many=True, scoring="first-token")).text == "A, B"


def test_a_server_that_is_no_vllm_is_told_apart(server: HostileServer) -> None:
    with pytest.raises(MedGaugeError, match="has no /tokenize, so it is no vLLM"):
        only(model_of(server.spec, dialect="vllm"), ask(1, options=LETTERS, scoring="first-token"))


def test_an_old_vllm_that_ignores_the_numbers_is_told_apart(server: HostileServer) -> None:
    server.tokens = {form: [ord(form.strip()[0])] for form in ("A", " A", "A.", " A.", "B", " B", "B.", " B.")}
    weighing(server, {"token_id:65": 0.5})
    with pytest.raises(MedGaugeError, match="no probability of option 'B'"):
        only(model_of(server.spec, dialect="vllm"), ask(1, options=LETTERS, scoring="first-token"))


def test_a_refusal_has_no_scores(server: HostileServer) -> None:
    server.behave = lambda call: Say(body=completion(None, refusal="no"))
    output = only(model_of(server.spec), ask(1, options=LETTERS, scoring="first-token"))
    assert (output.finish, output.scores) == ("refused", None)


def test_a_failure_has_no_scores(server: HostileServer) -> None:
    server.behave = lambda call: complaint(400, "too long")
    output = only(model_of(server.spec), ask(1, options=LETTERS, scoring="first-token"))
    assert (output.finish, output.scores, output.text) == ("failed", None, "")
