"""What a run asked of a server, and what that cost: the only thing here that changes."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from medgauge.errors import Incomplete
from medgauge_model_adapters.openai_api.address import shown_model

_KEPT = 20
"""Names that a server calls its model by, before the rest is counted together."""


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Counts of one model's life, for the manifest. Written to by one event loop at a time."""

    max_requests: int | None
    price_input: float | None
    price_output: float | None
    requests: int = 0
    retries: int = 0
    answers: int = 0
    without_usage: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    unaligned_logprobs: int = 0
    trouble: Counter[str] = field(default_factory=Counter)
    """Tries that went wrong, by status or kind."""
    models: Counter[str] = field(default_factory=Counter)
    """What the server called the model that answered."""
    system_fingerprints: Counter[str] = field(default_factory=Counter)
    lowest_concurrency: int | None = None
    highest_concurrency: int | None = None
    reached: bool = False
    """The server has answered once, and its models have been looked at."""
    warned: set[str] = field(default_factory=set)

    def spend(self) -> None:
        """Count one HTTP request before it is made. Raises Incomplete when the budget is used up."""
        if self.max_requests is not None and self.requests >= self.max_requests:
            raise Incomplete(
                f"openai: the budget of {self.max_requests} requests (--set max_requests) is used up; what was "
                "answered is kept, and the same command goes on with a new budget"
            )
        self.requests += 1

    def paid(self, prompt_tokens: int | None, completion_tokens: int | None) -> None:
        """Count what an answer used."""
        self.answers += 1
        self.without_usage += prompt_tokens is None or completion_tokens is None
        self.input_tokens += prompt_tokens or 0
        self.output_tokens += completion_tokens or 0

    def named(self, model: str | None, system_fingerprint: str | None) -> None:
        """Count what the server says it is; of a folder only the name."""
        for counts, name in ((self.models, shown_model(model or "")), (self.system_fingerprints, system_fingerprint)):
            if name:
                counts[name[:120] if name in counts or len(counts) < _KEPT else "others"] += 1

    def used_concurrency(self, lowest: int, highest: int) -> None:
        """Widen the range of requests under way at once."""
        self.lowest_concurrency = min(lowest, self.lowest_concurrency or lowest)
        self.highest_concurrency = max(highest, self.highest_concurrency or highest)

    @property
    def cost(self) -> float | None:
        """US dollars; None where a price is not known."""
        if self.price_input is None or self.price_output is None:
            return None
        return (self.input_tokens * self.price_input + self.output_tokens * self.price_output) / 1e6

    def report(self) -> dict[str, Any]:
        """JSON for the manifest: of this process, not of earlier ones that a run was resumed from."""
        return {
            "requests": self.requests,
            "retries": self.retries,
            "answers": self.answers,
            "answers_without_usage": self.without_usage,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost_usd": self.cost,
            "trouble": dict(self.trouble),
            "answered_by": dict(self.models),
            "system_fingerprints": dict(self.system_fingerprints),
            "lowest_concurrency": self.lowest_concurrency,
            "highest_concurrency": self.highest_concurrency,
            "unaligned_logprobs": self.unaligned_logprobs,
        }
