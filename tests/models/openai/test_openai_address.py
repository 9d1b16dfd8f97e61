"""Which server is meant, and whether it is this machine: read as an address, never by how it looks."""

import pytest
from asked import model_of
from hypothesis import given
from hypothesis import strategies as st

from medgauge.errors import MedGaugeError
from medgauge_model_adapters.openai_api.address import is_loopback, read_address


@pytest.mark.parametrize(
    ("argument", "model", "base_url", "host"),
    [
        ("tiny@http://127.0.0.1:8000/v1", "tiny", "http://127.0.0.1:8000/v1", "127.0.0.1"),
        ("tiny@http://127.0.0.1:8000/v1/", "tiny", "http://127.0.0.1:8000/v1", "127.0.0.1"),
        ("org/name:tag@https://Host.Example/api/v1", "org/name:tag", "https://host.example/api/v1", "host.example"),
        ("claude@2026@https://h.example/v1", "claude@2026", "https://h.example/v1", "h.example"),
        ("tiny@http://[::1]:8000/v1", "tiny", "http://[::1]:8000/v1", "::1"),
        ("gpt-x", "gpt-x", "https://api.openai.com/v1", "api.openai.com"),
    ],
)
def test_a_model_and_its_server(argument: str, model: str, base_url: str, host: str) -> None:
    address = read_address(argument)
    assert (address.model, address.base_url, address.host) == (model, base_url, host)


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("tiny@localhost:8000/v1", "no http address"),
        ("http://127.0.0.1:8000/v1", "no http address"),
        ("@http://127.0.0.1:8000/v1", "which model"),
        ("", "which model"),
        ("tiny@http://", "no http address"),
        ("tiny@http://host:port/v1", "is no address .*port"),
        ("tiny@http://ｌｏｃａｌｈｏｓｔ:1/v1", "is no address"),
        ("tiny@http://user:s3cr3t-value/x@a:b/v1", "is no address"),
        ("http://a:b/v1?key=s3cr3t-value", "no http address"),
        ("tiny@http://a/v1?key=s3cr3t-value", "ends in a query"),
        ("tiny@http://user:s3cr3t-value@a/v1", "holds a user or a password"),
        ("tiny@http://localhost@evil.com/v1", "holds a user or a password"),
    ],
)
def test_what_is_no_address_is_refused_without_its_secrets(argument: str, said: str) -> None:
    with pytest.raises(MedGaugeError, match=said) as caught:
        read_address(argument)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "localhost.evil.com",
        "127.0.0.1.nip.io",
        "127.0.0.1.",
        "evil-localhost",
        "sub.localhost",
        "0.0.0.0",
        "10.0.0.1",
        "::",
        "::2",
        "128.0.0.1",
        "127.1",
        "2130706433",
        "api.openai.com",
    ],
)
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)


@given(st.from_regex(r"[a-z0-9.:@/\[\]%_-]{0,40}", fullmatch=True))
def test_the_host_is_the_one_that_is_connected_to(rest: str) -> None:
    """Whatever stands behind the scheme: a model that claims this machine connects to this machine."""
    import httpx

    try:
        address = read_address(f"tiny@http://{rest}")
    except MedGaugeError:
        return
    assert httpx.URL(address.base_url).raw_host.decode() == address.host
    if address.loopback:
        assert address.host in ("localhost", "::1") or address.host.startswith(("127.", "::ffff:", "0:"))


@pytest.mark.parametrize(
    ("spec", "host"),
    [
        ("tiny@http://127.0.0.1:1/v1", None),
        ("tiny@http://LOCALHOST:1/v1", None),
        ("tiny@http://localhost.evil.com/v1", "localhost.evil.com"),
        ("tiny@http://127.0.0.1.nip.io/v1", "127.0.0.1.nip.io"),
        ("tiny@http://0.0.0.0:1/v1", "0.0.0.0"),
    ],
)
def test_where_pictures_go(spec: str, host: str | None) -> None:
    assert model_of(spec).uploads_to == host


def test_settings_and_names_hold_no_folder() -> None:
    model = model_of("/models/tiny-vl/@http://127.0.0.1:1/v1")
    assert (model.name, model.settings["model"]) == ("tiny-vl", "tiny-vl")
    assert model.form.model == "/models/tiny-vl/"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"concurrent": "3"}, "unknown option 'concurrent'; it takes .*concurrency"),
        ({"concurrency": "0"}, "concurrency='0'"),
        ({"dialect": "tgi"}, "dialect='tgi'"),
        ({"omit": "temperature,top_k"}, "omit"),
        ({"extra": "[1]"}, "extra"),
        ({"extra": "{"}, "extra"),
        ({"max_response_mb": "inf"}, "max_response_mb"),
        ({"min_pixels": "5"}, "min_pixels"),
        ({"profile": "nobody"}, "unknown profile"),
    ],
)
def test_options_of_the_wrong_form(options: dict[str, str], said: str) -> None:
    with pytest.raises(MedGaugeError, match=said):
        model_of("tiny@http://127.0.0.1:1/v1", **options)


def test_what_decides_answers_is_in_the_settings_and_speed_is_not() -> None:
    slow = model_of("tiny@http://127.0.0.1:1/v1", concurrency="1", max_requests="5")
    fast = model_of("tiny@http://127.0.0.1:1/v1", concurrency="64", price_input="1")
    assert slow.settings == fast.settings
    assert {"concurrency", "max_requests", "price_input", "api_key_env"} <= slow.runtime
    changed = model_of(
        "tiny@http://127.0.0.1:1/v1", omit="seed, top_p", detail="low", extra='{"reasoning_effort":"low"}'
    )
    assert changed.settings["omit"] == "seed,top_p"
    assert changed.settings["extra"] == '{"reasoning_effort": "low"}'
    assert not set(changed.settings) & changed.runtime
