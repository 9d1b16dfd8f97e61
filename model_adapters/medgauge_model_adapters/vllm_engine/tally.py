# pyright: reportMissingImports=false
"""What the engine did, counted for the manifest."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vllm import RequestOutput


@dataclass(slots=True, kw_only=True)
class Tally:
    """Sums over all requests that the engine finished; the scoring of options counts as well."""

    engine_requests: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    """Prompt tokens that the prefix cache spared."""
    output_tokens: int = 0
    most_in_flight: int = 0
    """Requests that the engine had at one time, at most."""

    def count(self, done: "RequestOutput") -> None:
        """One request that the engine finished."""
        self.engine_requests += 1
        self.prompt_tokens += len(done.prompt_token_ids or ())
        self.cached_prompt_tokens += done.num_cached_tokens or 0
        self.output_tokens += len(done.outputs[0].token_ids)

    def saw_in_flight(self, number: int) -> None:
        """How many requests the engine has now."""
        self.most_in_flight = max(self.most_in_flight, number)
