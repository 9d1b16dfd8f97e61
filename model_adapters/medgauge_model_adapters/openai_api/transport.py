"""One HTTP request and what came of it: a JSON object, or one of the failures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medgauge import codec
from medgauge.errors import BadRecord, MedGaugeError, shorten
from medgauge_model_adapters.openai_api.address import Address
from medgauge_model_adapters.openai_api.failures import Filtered, Passing, Rejected, is_passing, retry_after
from medgauge_model_adapters.openai_api.keys import DEFAULT_VARIABLE, ApiKey

if TYPE_CHECKING:
    import httpx

    from medgauge_model_adapters.openai_api.settings import OpenAIOptions

_FILTERED = frozenset({"content_filter", "content_policy_violation"})
_NO_CREDIT = "insufficient_quota"
_LONGEST_COMPLAINT = 65_536
_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, whole."""

    status: int
    content_type: str
    body: bytes
    retry_after: float
    location: str


def open_client(address: Address, key: ApiKey, options: "OpenAIOptions") -> "httpx.AsyncClient":
    """A client for one server. Redirects are not followed: neither key nor picture goes to another host.

    A proxy of the environment is used for other machines, never for this one. Raises MedGaugeError for a broken one.
    """
    import httpx

    try:
        return httpx.AsyncClient(
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **key.headers},
            timeout=httpx.Timeout(options.read_timeout, connect=options.connect_timeout, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=options.concurrency),
            follow_redirects=False,
            trust_env=not address.loopback,
        )
    except (ImportError, ValueError) as error:
        raise MedGaugeError(f"openai: the proxy that the environment names cannot be used: {error}") from error


async def exchange(
    client: "httpx.AsyncClient", url: str, body: Mapping[str, Any] | None, options: "OpenAIOptions"
) -> Reply:
    """POST a JSON body, or GET where there is none. Raises Passing, or Rejected for an answer over the size limit."""
    import anyio
    import httpx

    content = None if body is None else codec.dumps(body).encode()
    headers = {} if body is None else {"Content-Type": "application/json"}
    try:
        with anyio.fail_after(options.total_timeout):
            method = "GET" if body is None else "POST"
            async with client.stream(method, url, content=content, headers=headers) as response:
                return await _whole(response, int(options.max_response_mb * 1e6))
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise Passing(f"cannot be reached ({_said(error)})", kind="unreachable", unreachable=True) from error
    except httpx.TimeoutException as error:
        raise Passing(f"no answer in time ({type(error).__name__})", kind="timeout") from error
    except TimeoutError as error:
        raise Passing(f"no whole answer in {options.total_timeout:g} s", kind="timeout") from error
    except httpx.TransportError as error:
        raise Passing(f"the connection broke ({_said(error)})", kind="broken connection") from error


async def _whole(response: "httpx.Response", limit: int) -> Reply:
    """The body as it comes in, never more of it than the limit; of a complaint only the beginning."""
    if response.status_code >= 300:
        limit, cut = min(limit, _LONGEST_COMPLAINT), True
    else:
        cut = False
    parts: list[bytes] = []
    held = 0
    async for part in response.aiter_raw(65_536):
        held += len(part)
        if held > limit and not cut:
            raise Rejected(f"an answer of over {limit / 1e6:g} MB was cut off (--set max_response_mb)")
        parts.append(part)
        if held > limit:
            break
    return Reply(
        status=response.status_code,
        content_type=response.headers.get("content-type", ""),
        body=b"".join(parts),
        retry_after=retry_after(response.headers.get("retry-after")),
        location=response.headers.get("location", ""),
    )


def read_json(reply: Reply, key: ApiKey) -> dict[str, Any]:
    """The JSON object of a successful reply: finite numbers, every name once, text that UTF-8 can carry.

    Raises Rejected.
    """
    if reply.content_type and "json" not in reply.content_type.partition(";")[0].lower():
        kind = shorten(key.hidden_in(reply.content_type), 60)
        raise Rejected(f"answered {reply.status} with content type {kind}, not application/json: {shown(reply, key)}")
    try:
        text = reply.body.decode("utf-8")
        data = codec.loads(text, "answer")
        data = codec.loads(key.hidden_in(codec.dumps(data)), "answer")
    except (BadRecord, ValueError) as error:
        raise Rejected(key.hidden_in(f"answered {reply.status} with what is no sound JSON ({error})")) from error
    if not isinstance(data, dict):
        raise Rejected(f"answered {reply.status} with JSON that is no object: {shown(reply, key)}")
    return data


def require_success(reply: Reply, address: Address, key: ApiKey) -> None:
    """Raises what a status stands for: Passing, Rejected, Filtered, or MedGaugeError where no request can succeed."""
    status = reply.status
    if 200 <= status < 300:
        return
    said, code = shown(reply, key), _code(reply, key)
    if status == 429 and code == _NO_CREDIT:
        raise MedGaugeError(f"openai: {address.host} answered 429, no credit is left: {said}")
    if is_passing(status):
        raise Passing(f"answered {status}: {said}", kind=str(status), retry_after=reply.retry_after)
    if status == 401:
        raise MedGaugeError(f"openai: {address.host} answered 401: {_key_advice(key)}: {said}")
    if status == 403:
        raise MedGaugeError(f"openai: {address.host} answered 403: it bars the key from {address.model!r}: {said}")
    if 300 <= status < 400:
        raise MedGaugeError(
            f"openai: {address.host} answered {status} and sends on to {shorten(key.hidden_in(reply.location))}; "
            "redirects are not followed, give the address itself"
        )
    if status == 400 and code in _FILTERED:
        raise Filtered
    raise Rejected(f"answered {status}: {said}")


def shown(reply: Reply, key: ApiKey) -> str:
    """The server's complaint, or the beginning of what it said, in one short line without the key."""
    text = " ".join(key.hidden_in(reply.body[: 4 * _LONGEST_COMPLAINT].decode("utf-8", "replace")).split())
    error = _error(reply, key)
    message = error.get("message") if error else None
    return shorten(message if isinstance(message, str) and message else text, _SHOWN)


def _error(reply: Reply, key: ApiKey) -> dict[str, Any]:
    try:
        data = codec.loads(key.hidden_in(reply.body.decode("utf-8", "replace")), "complaint")
    except BadRecord:
        return {}
    error = data.get("error", data) if isinstance(data, dict) else {}
    return error if isinstance(error, dict) else {"message": error}


def _code(reply: Reply, key: ApiKey) -> str:
    error = _error(reply, key)
    return str(error.get("code") or error.get("type") or "")


def _key_advice(key: ApiKey) -> str:
    if key.secret:
        return f"it does not take the key of the environment variable {key.variable}"
    return f"it wants a key; name the environment variable that holds it: --set api_key_env={DEFAULT_VARIABLE}"


def _said(error: Exception) -> str:
    return shorten(str(error) or type(error).__name__, _SHOWN)
