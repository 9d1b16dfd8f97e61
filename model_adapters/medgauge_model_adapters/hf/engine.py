"""One model on one device: batches run, halved where memory ends, and counted."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from medgauge.types import Output, Request, answering
from medgauge_model_adapters.hf.batches import Pause, batched, bucket_of
from medgauge_model_adapters.hf.generate import answer, require_possible
from medgauge_model_adapters.hf.loading import Loaded
from medgauge_model_adapters.hf.prepare import Prepared, prepare
from medgauge_model_adapters.hf.sizes import Sizes

MOST_THREADS = 8


@dataclass(slots=True, kw_only=True)
class Engine:
    """A loaded model that answers a stream."""

    loaded: Loaded
    sizes: Sizes
    answer: Callable[[Loaded, list[Prepared]], list[Output]] = answer
    tokens: Counter[str] = field(default_factory=Counter)

    def generate(self, requests: Iterable[Request | Pause]) -> Iterator[Output]:
        """Outputs in the order of the batches. Raises MedGaugeError for what holds for every request."""
        threads = max(1, min(MOST_THREADS, os.cpu_count() or 1))
        return batched(requests, self._prepare, self.sizes, self.run, threads)

    def run(self, batch: list[Prepared]) -> Iterator[Output]:
        """Answer a batch, or its halves one after the other where it does not fit."""
        import torch

        outputs, reason = None, ""
        started = time.perf_counter()
        try:
            outputs = self.answer(self.loaded, batch)
        except torch.OutOfMemoryError as error:
            reason = next(iter(str(error).splitlines()), "out of memory")
        if outputs is not None:
            bucket = max(map(bucket_of, batch))
            self.sizes.worked(bucket, len(batch), time.perf_counter() - started)
            self._count(batch, outputs)
            yield from outputs
            return
        if torch.cuda.is_available():  # after the handler: its traceback holds what did not fit
            torch.cuda.empty_cache()
        if len(batch) == 1:
            yield answering(batch[0].request, finish="failed", error=f"out of memory: {reason}", sent=batch[0].sent)
            return
        for bucket in {bucket_of(one) for one in batch}:
            self.sizes.failed(bucket, len(batch))
        middle = len(batch) // 2
        yield from self.run(batch[:middle])
        yield from self.run(batch[middle:])

    def report(self) -> Mapping[str, Any]:
        """How the answers were made."""
        return {
            "batches": {str(size): count for size, count in sorted(self.sizes.used.items())},
            "halvings": self.sizes.halvings,
            **self.tokens,
        }

    def _prepare(self, request: Request) -> Prepared | Output:
        require_possible(request.generation)
        return prepare(self.loaded, request)

    def _count(self, batch: list[Prepared], outputs: list[Output]) -> None:
        prompts = sum(one.length for one in batch)
        self.tokens["prompt_tokens"] += prompts
        self.tokens["padding_tokens"] += len(batch) * max(one.length for one in batch) - prompts
        self.tokens["new_tokens"] += sum(output.usage.output_tokens or 0 for output in outputs)
