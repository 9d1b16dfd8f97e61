"""One process a device: the same answers, several streams, and a worker that dies."""

import os
import signal
from queue import Queue
from threading import Thread

import pytest
from hf_world import answers, ask, mixed, model_of, texts

from medgauge.errors import MedGaugeError
from medgauge_model_adapters.hf.devices import Channels, Crew, devices_for, work
from medgauge_model_adapters.hf.settings import TransformersOptions


@pytest.fixture
def crewed(tiny):
    """A model on two processes, which the test cannot leave behind."""
    made = []

    def model(family, **options):
        made.append(model_of(tiny(family), devices="2", batch_size="2", **options))
        return made[-1]

    yield model
    for one in made:
        if one._crew is not None:
            one._crew.stop()


def test_two_processes_answer_two_streams_and_death_is_named(tiny, pictures, crewed):
    model = crewed("llava")
    requests = mixed(pictures, 14, max_new_tokens=4)
    alone = texts(answers(model_of(tiny("llava"), batch_size="1"), requests))
    assert texts(answers(model, requests)) == alone
    workers = list(model._crew._workers)
    assert texts(answers(model, requests[:3])) == {r.id: alone[r.id] for r in requests[:3]}
    assert model._crew._workers == workers, "weights are loaded once"
    report = model.report()
    assert report["devices"] == ["cpu", "cpu"]
    assert sum(worker["new_tokens"] for worker in report["workers"]) > 0
    assert len(report["workers"]) == 2

    def then_one_dies():
        for number, request in enumerate(mixed(pictures, 4000, max_new_tokens=4)):
            if number == 100:
                os.kill(workers[0].pid, signal.SIGKILL)
            yield request

    kept = []
    with pytest.raises(MedGaugeError, match="worker medgauge-cpu-0 ended with code -9; what was answered is kept"):
        kept.extend(model.generate(then_one_dies()))
    assert kept
    assert not any(worker.is_alive() for worker in workers)


def test_closing_the_stream_ends_the_process(tiny):
    crew = Crew(recipe=model_of(tiny("qwen2_text")).recipe, devices=("cpu",))
    stream = crew.generate(ask(n, max_new_tokens=2) for n in range(100))
    next(stream)
    (worker,) = crew._workers
    stream.close()
    assert not worker.is_alive()


def test_an_interrupt_is_for_the_main_process_alone(tiny):
    """A terminal sends it to all; the main process decides, and ends the workers."""
    crew = Crew(recipe=model_of(tiny("qwen2_text")).recipe, devices=("cpu",))
    stream = crew.generate(ask(n, max_new_tokens=2) for n in range(40))
    next(stream)
    os.kill(crew._workers[0].pid, signal.SIGINT)
    assert len(list(stream)) == 39
    crew.stop()


def test_a_full_batch_does_not_wait_for_a_full_window(tiny):
    """The queue may be shorter than the window: what is there is answered before more is asked."""
    channels = Channels(starts=Queue(), asked=Queue(), told=Queue())
    channels.starts.put(True)
    for number in range(2):
        channels.asked.put(ask(number, max_new_tokens=2))
    worker = Thread(target=work, args=(0, model_of(tiny("qwen2_text"), batch_size="2").recipe, "cpu", 1, channels))
    worker.start()
    try:
        told = [channels.told.get(timeout=60) for _ in range(2)]
    finally:
        channels.asked.put(None)
        channels.starts.put(False)
        worker.join()
    assert {said.output.key.id for said in told} == {"0", "1"}
    assert channels.told.get_nowait().report["batches"] == {"2": 1}


def test_what_is_wrong_for_every_request_is_said_by_the_worker(tiny, pictures):
    channels = Channels(starts=Queue(), asked=Queue(), told=Queue())
    channels.starts.put(True)
    for request in (*mixed(pictures, 3), None):
        channels.asked.put(request)
    work(3, model_of(tiny("qwen2_text")).recipe, "cpu", 1, channels)
    told = channels.told.get_nowait()
    assert told.worker == 3
    assert "qwen2_text is a model of words" in told.error


@pytest.mark.parametrize(
    ("there", "options", "devices"),
    [
        (0, {}, ("cpu",)),
        (0, {"devices": 2}, ("cpu", "cpu")),
        (3, {}, ("cuda:0", "cuda:1", "cuda:2")),
        (3, {"devices": 2}, ("cuda:0", "cuda:1")),
        (3, {"device": "cuda:2"}, ("cuda:2",)),
        (3, {"device": "cpu"}, ("cpu",)),
    ],
    ids=str,
)
def test_devices(monkeypatch, there, options, devices):
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: there)
    assert devices_for(TransformersOptions(**options)) == devices


def test_more_devices_than_there_are(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(MedGaugeError, match="devices=3: there are only 2 CUDA devices"):
        devices_for(TransformersOptions(devices=3))


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("cuda:3", "device=cuda:3: the last CUDA device here is cuda:1"),
        ("mps", "device=mps: there is no MPS device here"),
    ],
)
def test_a_device_that_is_not_there(monkeypatch, device, said):
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(MedGaugeError, match=said):
        devices_for(TransformersOptions(device=device))
