"""Many at once, never too many; whatever the order; nothing lost or doubled; nothing left behind."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import anyio
import pytest
from asked import answers, ask, model_of
from hostile_server import Call, HostileServer, Say, complaint, echo, reset

from medgauge.types import Request
from medgauge_model_adapters.openai_api.limiter import AdaptiveLimiter


@pytest.mark.parametrize("most", [1, 3, 12])
def test_never_more_than_asked_for_and_as_many_as_that(server: HostileServer, most: int) -> None:
    reached = threading.Event()

    def behave(call: Call) -> Say:
        if server.under_way >= most:
            reached.set()
        reached.wait(0.3)
        return echo(call)

    server.behave = behave
    model = model_of(server.spec, concurrency=str(most))
    assert len(answers(model, *(ask(n) for n in range(20 * most)))) == 20 * most
    assert server.most_under_way == most
    assert model.report()["highest_concurrency"] == most


def test_a_busy_server_gets_fewer_at_once(server: HostileServer) -> None:
    """The server takes three at a time; the client finds out, and loses nothing over it."""
    turned_away = []

    def behave(call: Call) -> Say:
        with gate:
            inside.append(call.number)
            full = len(inside) > 3
        if full:
            turned_away.append(call.number)
        else:
            time.sleep(0.1)
        with gate:
            inside.remove(call.number)
        return complaint(429, "busy") if full else echo(call)

    gate, inside = threading.Lock(), []
    server.behave = behave
    model = model_of(server.spec, concurrency="32", retries="30", backoff="0.005", max_wait="0.02")
    found = answers(model, *(ask(n) for n in range(90)))
    assert {output.text for output in found.values()} == {f"echo q{n}" for n in range(90)}
    assert turned_away
    assert server.most_under_way < 16, "it had 32 to try with"
    assert model.report()["trouble"] == {"429": len(turned_away)}


def test_the_limiter_adds_one_a_round_and_halves_once_a_round() -> None:
    async def steps() -> None:
        limiter = AdaptiveLimiter(10)
        assert limiter.level == 4
        for _ in range(4):
            limiter.good()
        assert 4.8 < limiter.level < 5.0
        asked_in = limiter.round
        level = limiter.level
        for _ in range(5):
            limiter.busy(asked_in)
        assert limiter.level == level / 2, "five that were sent together tell the same thing once"
        for _ in range(20):
            limiter.busy(limiter.round)
        assert limiter.level == 1
        for _ in range(1000):
            limiter.good()
        assert limiter.level == 10
        assert (limiter.lowest, limiter.highest) == (1, 10)

    anyio.run(steps)


def test_the_order_changes_no_answer(server: HostileServer) -> None:
    waits = random.Random(5)

    def behave(call: Call) -> Say:
        time.sleep(waits.random() * 0.01)
        return echo(call)

    server.behave = behave
    requests = [ask(n, trial=n % 3) for n in range(60)]
    mixed = requests[::-1]
    random.Random(1).shuffle(mixed)
    one = {str(output.key): output.text for output in model_of(server.spec).generate(requests)}
    other = {str(output.key): output.text for output in model_of(server.spec, concurrency="2").generate(mixed)}
    assert one == other
    assert len(one) == 60
    bodies = Counter(call.raw for call in server.calls)
    assert set(bodies.values()) == {2}, "the same bodies, whatever the order"


def test_answers_come_as_they_are_known(server: HostileServer) -> None:
    held = threading.Event()

    def behave(call: Call) -> Say:
        if call.words == "q0":
            assert held.wait(20)
        return echo(call)

    server.behave = behave
    outputs = model_of(server.spec).generate(ask(n) for n in range(40))
    before = [next(outputs).key.id for _ in range(39)]
    assert "0" not in before
    held.set()
    assert [output.key.id for output in outputs] == ["0"]


def test_the_stream_is_read_a_window_ahead_and_in_the_callers_thread(server: HostileServer) -> None:
    taken: list[int] = []

    def stream() -> Iterator[Request]:
        for number in range(150):
            assert threading.current_thread() is here
            taken.append(number)
            yield ask(number)

    here = threading.current_thread()
    for answered, _ in enumerate(model_of(server.spec, concurrency="4").generate(stream()), 1):
        assert len(taken) <= answered + 8 + 1
    assert len(taken) == 150


def test_a_server_that_dies_and_comes_back_loses_and_doubles_nothing(
    server: HostileServer, capsys: pytest.CaptureFixture[str]
) -> None:
    again = threading.Timer(0.3, server.start)

    def behave(call: Call) -> Say:
        if call.number in (30, 31):
            if call.number == 30:
                server.stop()
                again.start()
            return Say(wire=reset)
        return echo(call)

    server.behave = behave
    model = model_of(server.spec, patience="30", backoff="0.02", max_wait="0.1")
    found = answers(model, *(ask(n) for n in range(150)))
    again.join()
    assert {id: output.text for id, output in found.items()} == {str(n): f"echo q{n}" for n in range(150)}
    assert model.report()["trouble"]["unreachable"] > 0
    assert capsys.readouterr().err.count("cannot be reached; trying again for up to 30 s") == 1


SERVERS = ("process_request_thread", "serve_forever")


@pytest.fixture
def workers() -> Callable[[], set[threading.Thread]]:
    """All threads that were not there when the test began, but the server's."""
    before = set(threading.enumerate())

    def running() -> set[threading.Thread]:
        new = set(threading.enumerate()) - before
        return {thread for thread in new if not any(name in thread.name for name in SERVERS)}

    return running


def test_closing_early_stops_everything(server: HostileServer, workers: Callable[[], set[threading.Thread]]) -> None:
    def behave(call: Call) -> Say:
        if call.number >= 5:
            server.stopping.wait(30)
        return echo(call)

    server.behave = behave
    assert not workers()
    outputs = model_of(server.spec, patience="30", retries="50").generate(ask(n) for n in range(100))
    for _ in range(5):
        next(outputs)
    assert workers()
    outputs.close()  # type: ignore[attr-defined]
    for thread in workers():
        thread.join(10)
    assert not workers()
    asked = len(server.calls)
    time.sleep(0.1)
    assert len(server.calls) == asked


def test_the_end_leaves_no_thread_either(server: HostileServer, workers: Callable[[], set[threading.Thread]]) -> None:
    answers(model_of(server.spec), ask(1))
    for thread in workers():
        thread.join(10)
    assert not workers()


def test_asked_for_nothing_it_yields_nothing(server: HostileServer) -> None:
    assert list(model_of(server.spec).generate([])) == []
