"""What is sent, to the last field."""

import base64
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from asked import ask, model_of, only
from hostile_server import HostileServer
from PIL import Image

from medgauge.errors import MedGaugeError
from medgauge.media import at, probe
from medgauge.types import Media, Message, Request, Text
from medgauge_model_adapters.seeds import seed_of


def picture(folder: Path, name: str, size: tuple[int, int] = (40, 30), **how: object) -> Media:
    colours = np.random.default_rng(len(name)).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(colours).save(folder / name, **how)
    return at(probe(name, folder), folder)


def uri(media: Media) -> str:
    return f"data:{media.media_type};base64," + base64.b64encode(Path(media.path).read_bytes()).decode()


def body_of(server: HostileServer, request: Request, **options: str) -> dict:
    assert only(model_of(server.spec, **options), request).finish == "stop"
    return server.calls[-1].body


def test_the_whole_body_in_english_with_two_pictures(server: HostileServer, tmp_path: Path) -> None:
    one, two = picture(tmp_path, "one.png"), picture(tmp_path, "two.jpg", (20, 50))
    words = (Text(text="Before"), one, Text(text=" and after"), two, Text(text=": what changed?"))
    request = ask(
        1, messages=(Message(role="system", parts=(Text(text="Be brief."),)), Message(role="user", parts=words))
    )
    output = only(model_of(server.spec), request)
    assert output.sent == ((40, 30), (20, 50))
    assert server.calls[-1].path == "/v1/chat/completions"
    assert server.calls[-1].body == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Before"},
                    {"type": "image_url", "image_url": {"url": uri(one)}},
                    {"type": "text", "text": " and after"},
                    {"type": "image_url", "image_url": {"url": uri(two)}},
                    {"type": "text", "text": ": what changed?"},
                ],
            },
        ],
        "temperature": 0.0,
        "top_p": 1.0,
        "seed": 0,
        "max_tokens": 512,
    }


def test_the_whole_body_in_chinese_as_vllm_takes_it(server: HostileServer, tmp_path: Path) -> None:
    scan = picture(tmp_path, "scan.webp", lossless=True)
    request = ask(
        2,
        media=(scan,),
        language="zh",
        words="左肺有结节吗？",
        trial=2,
        temperature=0.7,
        top_p=0.9,
        top_k=50,
        repetition_penalty=1.1,
        min_new_tokens=2,
        max_new_tokens=64,
        seed=40,
        logprobs=True,
        schema={"type": "object"},
    )
    options = {"dialect": "vllm", "system": "你是放射科医生。", "image": "last", "detail": "high"}
    body = body_of(server, request, **options, extra='{"chat_template_kwargs": {"enable_thinking": false}}')
    assert body == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "你是放射科医生。"},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "左肺有结节吗？"},
                    {"type": "image_url", "image_url": {"url": uri(scan), "detail": "high"}},
                ],
            },
        ],
        "temperature": 0.7,
        "top_p": 0.9,
        "top_k": 50,
        "min_p": 0.0,
        "repetition_penalty": 1.1,
        "min_tokens": 2,
        "seed": seed_of(request),
        "max_tokens": 64,
        "logprobs": True,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
        },
        "chat_template_kwargs": {"enable_thinking": False},
    }


@pytest.mark.parametrize(
    ("dialect", "fields"),
    [
        ("vllm", {"top_k": 0, "repetition_penalty": 1.0, "min_tokens": 0, "min_p": 0.0}),
        ("sglang", {"top_k": -1, "repetition_penalty": 1.0, "min_tokens": 0, "min_p": 0.0}),
        ("llama.cpp", {"top_k": 0, "repeat_penalty": 1.0, "min_p": 0.0}),
        ("openai", {}),
    ],
)
def test_a_server_is_left_no_default_of_its_own(server: HostileServer, dialect: str, fields: dict) -> None:
    body = body_of(server, ask(1), dialect=dialect)
    usual = {"model", "messages", "temperature", "top_p", "seed", "max_tokens"}
    assert {name: value for name, value in body.items() if name not in usual} == fields


@pytest.mark.parametrize(
    ("asked", "options", "said"),
    [
        ({"top_k": 5}, {}, "no top_k .*vllm, sglang, llama.cpp"),
        ({"repetition_penalty": 1.2}, {}, "no repetition_penalty"),
        ({"min_new_tokens": 4}, {}, "no min_new_tokens"),
        ({"min_new_tokens": 4}, {"dialect": "llama.cpp"}, "no min_new_tokens"),
        ({"num_beams": 3}, {"dialect": "vllm"}, "no num_beams"),
        ({"temperature": 0.5}, {"omit": "temperature"}, "temperature=0.5 is asked for, and --set omit"),
        ({}, {"extra": '{"temperature": 1}'}, "extra gives 'temperature'"),
    ],
)
def test_what_a_server_cannot_do_is_refused_by_name(
    server: HostileServer, asked: dict, options: dict[str, str], said: str
) -> None:
    with pytest.raises(MedGaugeError, match=said):
        only(model_of(server.spec, **options), ask(1, **asked))
    assert not server.calls


def test_fields_left_out_and_the_other_name_of_the_limit(server: HostileServer) -> None:
    body = body_of(server, ask(1), omit="temperature,seed", max_tokens_field="max_completion_tokens")
    assert set(body) == {"model", "messages", "top_p", "max_completion_tokens"}
    assert body["max_completion_tokens"] == 512


def test_every_request_that_draws_has_noise_of_its_own(server: HostileServer) -> None:
    hot = {"words": "same", "temperature": 1.0}
    asked = [ask(1, seed=3, **hot), ask(2, seed=3, **hot), ask(1, seed=3, trial=1, **hot), ask(1, seed=4, **hot)]
    seeds = [body_of(server, request)["seed"] for request in asked]
    assert len(set(seeds)) == 4
    assert seeds == [body_of(server, request)["seed"] for request in asked]


def test_a_greedy_request_keeps_the_seed_of_the_run_unless_the_server_draws_all_the_same(server: HostileServer) -> None:
    assert body_of(server, ask(1, seed=3))["seed"] == body_of(server, ask(2, seed=3))["seed"] == 3
    assert body_of(server, ask(1), omit="temperature")["seed"] != body_of(server, ask(2), omit="temperature")["seed"]


def test_openai_itself_gets_the_newer_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobody-1234567890")
    assert model_of("gpt-x").form.max_tokens_field == "max_completion_tokens"


def test_a_declared_budget_is_kept_before_sending_and_recorded(server: HostileServer, tmp_path: Path) -> None:
    wide = picture(tmp_path, "wide.png", (200, 100))
    model = model_of(server.spec, max_pixels="5000")
    output = only(model, ask(1, media=(wide,)))
    sent = server.calls[-1].body["messages"][0]["content"][0]["image_url"]["url"]
    with Image.open(io.BytesIO(base64.b64decode(sent.removeprefix("data:image/png;base64,")))) as image:
        assert image.size == output.sent[0] == model.resize.sent((200, 100)) == (100, 50)


def test_a_turned_picture_is_sent_upright(server: HostileServer, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = picture(tmp_path, "turned.jpg", (40, 30), exif=exif.tobytes())
    output = only(model_of(server.spec), ask(1, media=(turned,)))
    sent = server.calls[-1].body["messages"][0]["content"][0]["image_url"]["url"]
    assert sent.startswith("data:image/png;")
    assert output.sent == ((30, 40),)


def test_an_unreadable_picture_fails_its_request_alone(server: HostileServer, tmp_path: Path) -> None:
    good = picture(tmp_path, "good.png")
    bad = replace(good, path=str(tmp_path / "torn.png"))
    Path(bad.path).write_bytes(Path(good.path).read_bytes()[:200])
    found = {o.key.id: o for o in model_of(server.spec).generate([ask(1, media=(bad,)), ask(2, media=(good,))])}
    assert found["1"].finish == "failed"
    assert "torn.png" in found["1"].error
    assert str(tmp_path) not in found["1"].error
    assert found["2"].text == "echo q2"


def test_words_that_utf8_cannot_carry_still_arrive(server: HostileServer) -> None:
    assert only(model_of(server.spec), ask(1, words="a\ud83db")).text == "echo a\ufffdb"
    json.loads(server.calls[-1].raw.decode("utf-8"))


def test_special_tokens_are_kept_or_the_server_is_refused(server: HostileServer) -> None:
    with pytest.raises(MedGaugeError, match=r"special tokens.*vllm, sglang"):
        model_of(server.spec, profile="paligemma2-3b")
    body = body_of(server, ask(1), profile="paligemma2-3b", dialect="vllm")
    assert (body["skip_special_tokens"], body["spaces_between_special_tokens"]) == (False, False)
