"""Bodies to a server until it answers: within the budget, as many at once as it bears, again where that helps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from medgauge.errors import MedGaugeError
from medgauge.progress import say
from medgauge_model_adapters.openai_api.address import Address
from medgauge_model_adapters.openai_api.failures import Passing, Rejected, failure_of, given_up
from medgauge_model_adapters.openai_api.keys import ApiKey
from medgauge_model_adapters.openai_api.ledger import Ledger
from medgauge_model_adapters.openai_api.limiter import AdaptiveLimiter
from medgauge_model_adapters.openai_api.transport import exchange, read_json, require_success

if TYPE_CHECKING:
    import anyio
    import httpx
    from tenacity import RetryCallState

    from medgauge_model_adapters.openai_api.settings import OpenAIOptions

T = TypeVar("T")
TOKENIZE = "/tokenize"


@dataclass(slots=True, kw_only=True)
class Sender:
    """One server for the time of one `generate`; lives in one event loop."""

    http: "httpx.AsyncClient"
    address: Address
    key: ApiKey
    options: "OpenAIOptions"
    ledger: Ledger
    limiter: AdaptiveLimiter
    halted: "anyio.Event"
    """Set with `error`: nothing more is sent, and nobody waits for another try."""
    error: MedGaugeError | None = None
    gone_since: float | None = None
    """When the first of the last tries in a row that reached nobody failed, whosever they were, on `monotonic`."""

    async def check(self) -> None:
        """Look once whether the server is there and has the model. Raises MedGaugeError."""
        if self.options.check_model and not self.ledger.reached:
            try:
                known = await self._models()
            except Passing as failure:
                if failure.unreachable:
                    raise MedGaugeError(
                        f"openai: {self.address.host} {failure}; is a server running at {self.address.base_url}?"
                    ) from failure
                known = None
            if known is not None and not _has(known, self.address.model):
                raise self._lacking(known)
        self.ledger.reached = True

    async def ask(self, url: str, fields: Mapping[str, Any], read: Callable[[dict[str, Any]], T]) -> tuple[T, float]:
        """What `read` makes of the answer, after as many tries as it takes, and the seconds that the last took.

        Raises Passing when it gave up, Rejected, Filtered, and MedGaugeError where no request can succeed any more.
        """
        from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential

        jitter = wait_random_exponential(self.options.backoff, self.options.max_wait)
        retrying = AsyncRetrying(
            sleep=self._sleep,
            stop=given_up(self.options, self._gone_seconds),
            wait=lambda state: jitter(state) + self._capped(failure_of(state).retry_after),
            retry=retry_if_exception_type(Passing),
            before_sleep=self._noted,
            reraise=True,
        )
        answer: tuple[T, float] = await retrying(self._try, url, fields, read)
        return answer

    def halt(self, error: MedGaugeError) -> MedGaugeError:
        """From here on nothing is sent; the first error is the one that counts."""
        if self.error is None:
            self.error = error
            self.halted.set()
        return self.error

    async def _try(self, url: str, fields: Mapping[str, Any], read: Callable[[dict[str, Any]], T]) -> tuple[T, float]:
        async with self.limiter.slot():
            while self.error is None and (left := self.limiter.quiet_seconds):
                await self._sleep(left)
            if self.error is not None:
                raise self.error
            self.ledger.spend()
            sent_in, started = self.limiter.round, monotonic()
            try:
                reply = await exchange(self.http, url, fields, self.options)
                self._heard(None)
                if reply.status == 404:
                    raise await self._absent(url)
                require_success(reply, self.address, self.key)
                answer = read(read_json(reply, self.key))
            except Passing as failure:
                self._heard(failure)
                self.ledger.trouble[failure.kind] += 1
                self.limiter.busy(sent_in, self._capped(failure.retry_after))
                raise
            self.limiter.good()
            return answer, monotonic() - started

    def _heard(self, failure: Passing | None) -> None:
        """Note whether anybody was there. The wait for a server is measured from here, not from a request's start."""
        if failure is None or not failure.unreachable:
            self.gone_since = None
        elif self.gone_since is None:
            self.gone_since = monotonic()

    def _gone_seconds(self) -> float:
        return 0.0 if self.gone_since is None else monotonic() - self.gone_since

    async def _models(self) -> list[str] | None:
        """Names of the server's models; None where it keeps no list. Raises Passing, and MedGaugeError for its key."""
        self.ledger.spend()
        reply = await exchange(self.http, f"{self.address.base_url}/models", None, self.options)
        if reply.status == 401:
            require_success(reply, self.address, self.key)
        try:
            data = read_json(reply, self.key).get("data") if reply.status == 200 else None
        except Rejected:
            return None
        if not isinstance(data, list):
            return None
        return [one["id"] for one in data if isinstance(one, dict) and isinstance(one.get("id"), str)]

    async def _absent(self, url: str) -> MedGaugeError:
        """What a 404 means."""
        if url.endswith(TOKENIZE):
            return MedGaugeError(
                f"openai: {self.address.host} has no {TOKENIZE}, so it is no vLLM; scoring asks another server with "
                "--set dialect=openai"
            )
        try:
            return self._lacking(await self._models())
        except (Passing, Rejected):
            return self._lacking(None)

    def _lacking(self, known: list[str] | None) -> MedGaugeError:
        there = f"it has {', '.join(known[:20])}" if known else "is the address right (most end in /v1)?"
        return MedGaugeError(
            f"openai: the server at {self.address.base_url} has no model {self.address.model!r}; {there} "
            "(--set check_model=false asks for it without looking)"
        )

    async def _sleep(self, seconds: float) -> None:
        import anyio

        with anyio.move_on_after(seconds):
            await self.halted.wait()

    def _noted(self, state: "RetryCallState") -> None:
        self.ledger.retries += 1
        if failure_of(state).unreachable:
            self._warn("gone", f"cannot be reached; trying again for up to {self.options.patience:g} s")

    def _capped(self, seconds: float) -> float:
        if seconds > self.options.max_wait:
            self._warn("wait", f"asks to wait {seconds:.0f} s; waiting {self.options.max_wait:g} s (--set max_wait)")
        return min(seconds, self.options.max_wait)

    def _warn(self, kind: str, text: str) -> None:
        if kind not in self.ledger.warned:
            self.ledger.warned.add(kind)
            say(f"openai: {self.address.host} {text}")


def _has(known: list[str], model: str) -> bool:
    """Servers list a model under its name, under `models/name` (Gemini), or with the tag `latest` (Ollama)."""
    return any(name in known for name in (model, f"models/{model}", f"{model}:latest"))
