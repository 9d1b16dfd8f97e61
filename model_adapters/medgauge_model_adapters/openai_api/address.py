"""Where a server is, and whether that is this machine."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from medgauge.errors import MedGaugeError, shorten

OPENAI_HOST = "api.openai.com"
OPENAI_URL = f"https://{OPENAI_HOST}/v1"
_FORM = "openai:MODEL@http://host:port/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One model of one server."""

    model: str
    base_url: str
    """Scheme, host, port and path, without a slash at the end; no credentials, no query."""
    host: str
    """The one that the HTTP client connects to, in small letters."""

    @property
    def loopback(self) -> bool:
        """What is sent there stays on this machine."""
        return is_loopback(self.host)

    @property
    def root(self) -> str:
        """The base address without the version: where servers keep what OpenAI's interface lacks."""
        return self.base_url.removesuffix("/v1")


def read_address(argument: str) -> Address:
    """The address behind `model@url`, or behind a model's name alone: OpenAI's own. Raises MedGaugeError."""
    import httpx

    model, url = _split(argument)
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        why = "" if _may_hold_secret(url) else f" ({error})"
        raise MedGaugeError(f"openai: {_shown(url)} is no address{why}; expected {_FORM}") from None
    if parsed.userinfo:
        raise MedGaugeError(
            f"openai: the address of {parsed.host} holds a user or a password; keys come from the environment alone "
            "(--set api_key_env=NAME)"
        )
    host = parsed.raw_host.decode("ascii")
    if parsed.scheme not in ("http", "https") or not host or "%" in host:
        raise MedGaugeError(f"openai: {_shown(url)} is no http address; expected {_FORM}")
    if parsed.query or parsed.fragment:
        raise MedGaugeError(f"openai: the address of {parsed.host} ends in a query; expected {_FORM}, and keys nowhere")
    return Address(model=model, base_url=str(parsed).rstrip("/"), host=host)


def is_loopback(host: str) -> bool:
    """True for `localhost`, 127.0.0.0/8 and ::1, read as addresses: a name that looks like one is another machine."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def shown_model(model: str) -> str:
    """A model's name; servers that were given none call it by its folder, which is nobody's business."""
    return model.rstrip("/").rpartition("/")[2] if model.startswith(("/", "~", ".")) else model


def _split(argument: str) -> tuple[str, str]:
    """Model and URL. A name may hold an @ of its own; the URL begins at the first that an http address follows."""
    places = [place for scheme in ("http", "https") if (place := argument.lower().find(f"@{scheme}://")) >= 0]
    model, url = (argument[: min(places)], argument[min(places) + 1 :]) if places else (argument, OPENAI_URL)
    if not places and ("@" in model or "://" in model):
        shown = _shown(model.rpartition("@")[2])
        raise MedGaugeError(f"openai: {shown} is no http address behind a model's name; expected {_FORM}")
    if not model.strip():
        raise MedGaugeError(f"openai: which model? expected {_FORM}")
    return model.strip(), url


def _shown(url: str) -> str:
    return "what follows the model's name" if _may_hold_secret(url) else shorten(url)


def _may_hold_secret(url: str) -> bool:
    return "@" in url or "?" in url or "#" in url
