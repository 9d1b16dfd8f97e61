"""Batches from a stream: a bounded window is prepared ahead in threads, and what is alike goes together."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from medgauge.types import Output, Request
from medgauge_model_adapters.hf.collate import names_of
from medgauge_model_adapters.hf.prepare import Prepared
from medgauge_model_adapters.hf.sizes import Bucket, Sizes

WASTE = 0.25
"""Share of a batch's tokens that may be padding in any case."""
STEP = 32
"""Tokens of padding that are worth one step of writing: a batch of its own for few requests has all steps again."""
AHEAD = 4
"""Batches that the window holds."""
NUMBERS = 1 << 28
"""Numbers of pictures that the window holds: 1 GiB in float32."""


@dataclass(frozen=True, slots=True)
class Pause:
    """What a stream gives when its next request is not there yet."""


Prepare: TypeAlias = Callable[[Request], Prepared | Output]


def bucket_of(one: Prepared) -> Bucket:
    """The class of a request by the memory that it takes."""
    return (one.length + one.room).bit_length(), one.pixels.bit_length()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waiting:
    """A prepared request in the window."""

    one: Prepared
    kind: object
    """What requests of one batch must share: names of inputs, settings, what is done with options, and room.

    One with less room is near the end of the context, beyond which the others would have it written.
    """
    bucket: Bucket


def waiting(one: Prepared) -> Waiting:
    """A prepared request with what decides where it goes."""
    request = one.request
    settings = replace(request.generation, seed=0)
    kind = (names_of(one), settings, bool(request.options), request.many, one.room)
    return Waiting(one=one, kind=kind, bucket=bucket_of(one))


def choose(window: Sequence[Waiting], sizes: Sizes) -> list[Waiting]:
    """The oldest of a window and what goes with it best: of its kind, the nearest lengths, little padding.

    As many as the sizes allow for the heaviest of them. The choice hangs on the window alone.
    """
    oldest = window[0]
    alike = [each for each in window[1:] if each.kind == oldest.kind]
    alike.sort(key=lambda each: abs(each.one.length - oldest.one.length))
    worth = STEP * _steps(oldest.one)
    batch, longest, total, most = [oldest], oldest.one.length, oldest.one.length, sizes.of(oldest.bucket)
    for each in alike:
        if len(batch) == most:
            break
        reach, tokens, room = max(longest, each.one.length), total + each.one.length, min(most, sizes.of(each.bucket))
        padded = reach * (len(batch) + 1)
        if padded - tokens <= max(WASTE * padded, worth) and len(batch) < room:
            batch.append(each)
            longest, total, most = reach, tokens, room
    return batch


def _steps(one: Prepared) -> int:
    """Steps that answering takes at most: options that are weighed take a few."""
    request = one.request
    weighed = request.generation.scoring != "none" and bool(request.options) and not request.many
    return 1 if weighed else one.room


@dataclass(slots=True, kw_only=True)
class Window:
    """Requests taken from a stream, prepared or about to be."""

    source: Iterator[Request | Pause]
    prepare: Prepare
    pool: ThreadPoolExecutor
    sizes: Sizes
    ready: list[Waiting] = field(default_factory=list)
    coming: deque[Future[Prepared | Output]] = field(default_factory=deque)
    heaviest: int = 1
    """Numbers of pictures of the heaviest request so far."""

    @property
    def full(self) -> int:
        """Requests of a full batch of what is ready."""
        return max([self.sizes.start, *(self.sizes.of(each.bucket) for each in self.ready)])

    def fill(self, least: int) -> None:
        """Take requests while there is room for them, and hand them to the threads.

        In a pause only what lacks to `least` is waited for.
        """
        room = AHEAD * self.full
        held = sum(each.one.pixels for each in self.ready) + len(self.coming) * self.heaviest
        while len(self.ready) + len(self.coming) < room and (not held or held + self.heaviest <= NUMBERS):
            request = next(self.source, None)
            if request is None:
                return
            if isinstance(request, Pause):
                if len(self.ready) + len(self.coming) >= least:
                    return
                continue
            self.coming.append(self.pool.submit(self.prepare, request))
            held += self.heaviest

    def settle(self) -> Iterator[Output]:
        """Wait for all that is coming; what cannot be asked is answered so."""
        while self.coming:
            made = self.coming.popleft().result()
            if isinstance(made, Output):
                yield made
                continue
            self.heaviest = max(self.heaviest, made.pixels)
            self.ready.append(waiting(made))


def batched(
    requests: Iterable[Request | Pause],
    prepare: Prepare,
    sizes: Sizes,
    run: Callable[[list[Prepared]], Iterator[Output]],
    threads: int,
) -> Iterator[Output]:
    """The outputs of a stream of requests, batch by batch. While `run` works, the threads prepare what comes next.

    Which requests stand together hangs on the stream and the sizes as they are. Both may hang on what is fast: `auto`
    doubles sizes on a GPU while that pays, and of several devices the free one takes the next requests. How many
    batches had which size stands in the report, and so in the manifest.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="medgauge-prepare")
    try:
        window = Window(source=iter(requests), prepare=prepare, pool=pool, sizes=sizes)
        while True:
            window.fill(window.full)
            if not window.ready and not window.coming:
                return
            yield from window.settle()
            if window.ready:
                batch = choose(window.ready, sizes)
                window.ready = [each for each in window.ready if each not in batch]
                window.fill(0)
                yield from run([each.one for each in batch])
    finally:
        pool.shutdown(cancel_futures=True)
