"""The options of `openai:`, typed."""

import json
import string
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, JsonValue

from medgauge_model_adapters.openai_api.dialects import DialectName
from medgauge_model_adapters.options import CommonOptions, Count

Seconds = Annotated[float, Field(gt=0)]
Price = Annotated[float, Field(ge=0)]
Omitted: TypeAlias = Literal["temperature", "top_p", "seed"]
_IN_NAMES = set(string.ascii_letters + string.digits + "_")


def _words(value: Any) -> Any:
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


def _json_object(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value  # its ValueError is pydantic's to report


def _variable(value: Any) -> Any:
    """A key given where the name of a variable belongs must not be shown in the complaint: it is taken for nothing."""
    wrong = not isinstance(value, str) or not set(value) <= _IN_NAMES or len(value) > 64
    return "" if wrong else value


class OpenAIOptions(CommonOptions):
    """What `--set` takes for a server."""

    dialect: DialectName = "openai"
    api_key_env: Annotated[str, BeforeValidator(_variable)] | None = None
    """Name of the environment variable that holds the key."""
    detail: Literal["low", "high", "auto"] | None = None
    """How closely the server is asked to look at pictures."""
    max_tokens_field: Literal["max_tokens", "max_completion_tokens"] | None = None
    """How this server calls the limit; None: OpenAI's own name at OpenAI, the common one elsewhere."""
    omit: Annotated[tuple[Omitted, ...], BeforeValidator(_words)] = ()
    """Fields never sent, for models that refuse them."""
    extra: Annotated[dict[str, JsonValue], BeforeValidator(_json_object)] = Field(default_factory=dict)
    """More fields of the body, as a JSON object."""
    check_model: bool = True
    """Ask the server for its models first, and stop where this one is not among them."""

    concurrency: Count = 16
    """Requests under way at most; how many really are follows the server."""
    retries: Annotated[int, Field(ge=0)] = 6
    """Further tries of a request that fails in passing."""
    backoff: Seconds = 0.5
    """Seconds: the first wait is up to so long, each later one up to twice the one before."""
    max_wait: Seconds = 60.0
    """Seconds: no wait is longer, whatever the server asks."""
    patience: Annotated[float, Field(ge=0)] = 120.0
    """Seconds for a server that answered before to be reached again."""
    connect_timeout: Seconds = 10.0
    read_timeout: Seconds = 600.0
    """Seconds without a byte."""
    total_timeout: Seconds = 900.0
    """Seconds for one try from its first byte to its last."""
    max_response_mb: Seconds = 16.0
    """Megabytes; a longer answer is cut off and failed."""
    max_requests: Count | None = None
    """HTTP requests that this run may make, retries included."""
    price_input: Price | None = None
    price_output: Price | None = None
    """US dollars for a million tokens."""


RUNTIME = frozenset(
    {
        "api_key_env",
        "backoff",
        "check_model",
        "concurrency",
        "connect_timeout",
        "max_requests",
        "max_response_mb",
        "max_wait",
        "patience",
        "price_input",
        "price_output",
        "read_timeout",
        "retries",
        "total_timeout",
    }
)
"""Options that decide when and whether an answer comes, and not which."""
