"""The key of a server: from the environment, into one header, and nowhere else."""

import os
from dataclasses import dataclass, field

from medgauge.errors import MedGaugeError
from medgauge_model_adapters.openai_api.address import OPENAI_HOST

DEFAULT_VARIABLE = "OPENAI_API_KEY"
_SHORTEST_SECRET = 8
"""Shorter ones ("EMPTY", "none") are no secrets, and may well be words of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key, or none."""

    variable: str
    """Where it comes from."""
    secret: str = field(default="", repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """What goes with every request to the server that the key is for."""
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}

    def hidden_in(self, text: str) -> str:
        """A server's words without the key, should it have said it back."""
        return text.replace(self.secret, "[key]") if len(self.secret) >= _SHORTEST_SECRET else text


def read_key(variable: str | None, host: str) -> ApiKey:
    """The key of a host. Raises MedGaugeError, which shows neither a key nor what may be one.

    Without a variable named, only OpenAI's own host gets OPENAI_API_KEY: a key is for nobody but who gave it.
    """
    if variable == "":
        raise MedGaugeError(
            "openai: api_key_env takes the name of an environment variable, never the key itself (a key given here "
            "is in your shell's history now)"
        )
    name = variable or DEFAULT_VARIABLE
    if variable is None and host != OPENAI_HOST:
        return ApiKey(variable="")
    secret = os.environ.get(name, "").strip()
    if not secret:
        which = f"variable {name}" if variable is None else "variable that api_key_env names"
        raise MedGaugeError(f"openai: the environment {which} holds no key for {host}; set it there")
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise MedGaugeError(f"openai: the key for {host} holds characters that no key has; set it again")
    return ApiKey(variable=name, secret=secret)
