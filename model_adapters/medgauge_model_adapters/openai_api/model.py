"""The model behind `openai:`: a stream of requests over an event loop in a thread of its own."""

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from medgauge.about import About
from medgauge.declared import Setting
from medgauge.errors import MedGaugeError
from medgauge.resize import Resize
from medgauge.types import Output, Request
from medgauge_model_adapters.openai_api.address import Address
from medgauge_model_adapters.openai_api.body import Form
from medgauge_model_adapters.openai_api.client import Client
from medgauge_model_adapters.openai_api.keys import ApiKey
from medgauge_model_adapters.openai_api.ledger import Ledger
from medgauge_model_adapters.openai_api.limiter import AdaptiveLimiter
from medgauge_model_adapters.openai_api.sender import Sender
from medgauge_model_adapters.openai_api.settings import RUNTIME, OpenAIOptions
from medgauge_model_adapters.openai_api.transport import open_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from anyio.from_thread import BlockingPortal

AHEAD = 2
"""Requests taken from the stream at once, as a multiple of those that may be under way: their pictures are decoded
while others are answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerModel:
    """One model of one server; satisfies `medgauge.protocols.Model`."""

    name: str
    box_format: str
    resize: Resize
    settings: Mapping[str, Setting]
    generation: Mapping[str, Any]
    uploads_to: str | None
    """The host that pictures go to; None for this machine."""
    about: About
    address: Address
    form: Form = field(repr=False)
    options: OpenAIOptions = field(repr=False)
    key: ApiKey = field(repr=False)
    ledger: Ledger = field(repr=False)
    runtime: frozenset[str] = field(default=RUNTIME, repr=False)

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        """An output for every request, in the order in which they come back.

        Raises MedGaugeError where no request can succeed, and Incomplete when the server is gone or the budget used
        up; what was under way is awaited and yielded first. Closed early, it stops what is under way.
        """
        from anyio.from_thread import start_blocking_portal

        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(self._client()) as client,
        ):
            portal.call(client.sender.check)
            yield from _streamed(portal, client, requests, AHEAD * self.options.concurrency)

    def report(self) -> Mapping[str, Any]:
        """Requests, tokens, cost and trouble of this process, for the manifest."""
        return {"server": self.address.host, **self.ledger.report()}

    @asynccontextmanager
    async def _client(self) -> "AsyncIterator[Client]":
        import anyio

        limiter = AdaptiveLimiter(self.options.concurrency)
        async with open_client(self.address, self.key, self.options) as http:
            sender = Sender(
                http=http,
                address=self.address,
                key=self.key,
                options=self.options,
                ledger=self.ledger,
                limiter=limiter,
                halted=anyio.Event(),
            )
            try:
                yield Client(
                    sender=sender,
                    form=self.form,
                    decoding=anyio.CapacityLimiter(os.cpu_count() or 1),
                    tokenizing=anyio.Lock(),
                )
            finally:
                self.ledger.used_concurrency(limiter.lowest, limiter.highest)


def _streamed(portal: "BlockingPortal", client: Client, requests: Iterable[Request], window: int) -> Iterator[Output]:
    """Keep `window` requests in hand; the stream is read here, in the caller's thread."""
    stream, pending = iter(requests), set[Future[Output]]()
    request, error = next(stream, None), None
    try:
        while pending or request is not None:
            filling = len(pending) < window and request is not None
            if request is not None and filling:
                pending.add(portal.start_task_soon(client.answer, request))
                request = next(stream, None)
            done, pending = wait(pending, timeout=0 if filling else None, return_when=FIRST_COMPLETED)
            for future in done:
                failure = future.exception()
                if failure is None:
                    yield future.result()
                elif isinstance(failure, MedGaugeError):
                    error, request = error or failure, None
                else:
                    raise failure
    finally:
        for future in pending:
            future.cancel()
    if error is not None:
        raise error
