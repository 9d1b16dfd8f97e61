"""How fast `transformers:` answers, beside plain loops over the same requests: `python tests/bench/gpu.py`.

On a CUDA device: random bfloat16 weights at the size of Qwen2.5-VL-7B, pictures of mixed shapes, prompts of mixed
lengths, answers of a fixed length (random weights never end one). Samples a second and device utilisation of one by
one, of fixed batches in the order of the stream, and of MedGauge's scheduler; outputs compared with one by one.
Without a CUDA device it says so and stops. `--tiny` runs the same code on a tiny checkpoint in float32 on the CPU.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "models" / "hf"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "models" / "tiny"))

import gpu_checkpoint
import tiny_checkpoints
from hf_world import ask, model_of
from PIL import Image, ImageFilter

from medgauge.media import at, probe
from medgauge.types import Request
from medgauge_model_adapters.hf.engine import Engine
from medgauge_model_adapters.hf.generate import answer
from medgauge_model_adapters.hf.loading import Loaded, load
from medgauge_model_adapters.hf.prepare import Prepared, prepare
from medgauge_model_adapters.hf.sizes import sizes_for

SHAPES = ((512, 512), (1024, 768), (320, 240), (2048, 1536), (640, 960))
TINY_SHAPES = ((128, 128), (224, 160), (64, 64), (320, 240), (96, 200))
LOOK = 0.1
"""Seconds between looks at the device's utilisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One way to answer everything."""

    seconds: float
    texts: Mapping[str, str]
    busy: float | None
    """Mean utilisation of the device, percent."""
    note: str = ""


def requests_of(root: Path, count: int, shapes: Sequence[tuple[int, int]], tokens: int) -> list[Request]:
    """Questions of one to forty sentences, on JPEG pictures of five shapes."""
    for index, (width, height) in enumerate(shapes):
        noise = Image.effect_noise((width, height), 60 + 10 * index).filter(ImageFilter.GaussianBlur(2))
        noise.convert("RGB").save(root / f"{index}.jpg", quality=90)
    words = "Is there a pleural effusion? "
    return [
        ask(
            n,
            at(probe(f"{n * 7 % 5}.jpg", root), root),
            words=words * (1 + n * 11 % 40),
            max_new_tokens=tokens,
            min_new_tokens=tokens,
        )
        for n in range(count)
    ]


def prepared(loaded: Loaded, some: Sequence[Request]) -> list[Prepared]:
    made = [prepare(loaded, request) for request in some]
    return [one for one in made if isinstance(one, Prepared)]


def loop(loaded: Loaded, asked: Sequence[Request], size: int) -> dict[str, str]:
    """What a plain script does: prepare a batch, run it, take the next."""
    texts: dict[str, str] = {}
    for start in range(0, len(asked), size):
        batch = prepared(loaded, asked[start : start + size])
        texts |= {str(output.key): output.text for output in answer(loaded, batch)}
    return texts


def scheduled(loaded: Loaded, asked: Sequence[Request], batch_size: int | str) -> tuple[dict[str, str], str]:
    engine = Engine(loaded=loaded, sizes=sizes_for(batch_size, loaded.device.type == "cuda"))
    texts = {str(output.key): output.text for output in engine.generate(asked)}
    report = engine.report()
    padding = report["padding_tokens"] / (report["padding_tokens"] + report["prompt_tokens"])
    return texts, f"batches {report['batches']}, halvings {report['halvings']}, padding {padding:.0%}"


@contextmanager
def watched(loaded: Loaded) -> Iterator[list[float]]:
    """Utilisation of the device while something runs; nothing where it cannot be read."""
    import torch

    seen: list[float] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK):
            try:
                seen.append(float(torch.cuda.utilization(loaded.device)))
            except (ModuleNotFoundError, RuntimeError):
                return

    watcher = threading.Thread(target=look, daemon=True)
    if loaded.device.type == "cuda":
        watcher.start()
    try:
        yield seen
    finally:
        over.set()
        if watcher.is_alive():
            watcher.join()


def timed(loaded: Loaded, work: Callable[[], Any]) -> Timed:
    import torch

    with watched(loaded) as seen:
        started = time.perf_counter()
        try:
            made = work()
        except torch.OutOfMemoryError:
            return Timed(seconds=float("nan"), texts={}, busy=None, note="out of memory")
        seconds = time.perf_counter() - started
    texts, note = made if isinstance(made, tuple) else (made, "")
    return Timed(seconds=seconds, texts=texts, busy=sum(seen) / len(seen) if seen else None, note=note)


def table(rows: Mapping[str, Timed], count: int) -> Iterator[str]:
    """Markdown; the last column but one compares texts with those of one by one."""
    first = next(iter(rows.values()))
    yield "| how | samples/s | of one by one | device busy | same answers | note |"
    yield "|---|---|---|---|---|---|"
    for name, row in rows.items():
        same = sum(row.texts.get(key) == text for key, text in first.texts.items())
        busy = "" if row.busy is None else f"{row.busy:.0f} %"
        rate, times = count / row.seconds, first.seconds / row.seconds
        yield f"| {name} | {rate:.2f} | {times:.2f} x | {busy} | {same} of {len(first.texts)} | {row.note} |"


def ways_of(loaded: Loaded, asked: Sequence[Request], sizes: Sequence[int]) -> dict[str, Callable[[], Any]]:
    """What is timed, by the name of its row; one by one is first."""
    ways: dict[str, Callable[[], Any]] = {"one by one": partial(loop, loaded, asked, 1)}
    for size in sizes:
        ways[f"fixed batches of {size}"] = partial(loop, loaded, asked, size)
        ways[f"MedGauge, {size}"] = partial(scheduled, loaded, asked, size)
    return {**ways, "MedGauge, auto": partial(scheduled, loaded, asked, "auto")}


def device_line(loaded: Loaded) -> str:
    import torch
    import transformers

    name = torch.cuda.get_device_name(loaded.device) if loaded.device.type == "cuda" else "CPU"
    size = sum(weight.numel() for weight in loaded.model.parameters()) / 1e9
    return (
        f"{time.strftime('%Y-%m-%d')}, {name}, torch {torch.__version__}, transformers {transformers.__version__}, "
        f"{loaded.recipe.dtype}, {size:.3f} billion parameters"
    )


def loaded_model(root: Path, tiny: bool) -> Loaded:
    """The tiny checkpoint as it is, or one of full size whose weights are drawn on the device."""
    if tiny:
        return load(model_of(tiny_checkpoints.build("qwen2_5_vl", root / "tiny")).recipe, "cpu")
    return gpu_checkpoint.load_full_size(root / "full")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="a tiny checkpoint on the CPU")
    parser.add_argument("--count", type=int, default=64, help="requests")
    parser.add_argument("--tokens", type=int, default=64, help="new tokens of each")
    parser.add_argument("--sizes", type=int, nargs="*", default=[4, 16])
    parser.add_argument("--rounds", type=int, default=1, help="all ways in turn so often; the fastest round counts")
    asked = parser.parse_args()
    import torch

    if not asked.tiny and not torch.cuda.is_available():
        print("no CUDA device here: nothing was measured (--tiny runs the same code on the CPU)")
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        loaded = loaded_model(root, asked.tiny)
        requests = requests_of(root, asked.count, TINY_SHAPES if asked.tiny else SHAPES, asked.tokens)
        few = [replace(one, generation=replace(one.generation, max_new_tokens=2, min_new_tokens=2)) for one in requests]
        loop(loaded, few[:2], 1)
        print(device_line(loaded), flush=True)
        ways = ways_of(loaded, requests, asked.sizes)
        rounds = [{name: timed(loaded, way) for name, way in ways.items()} for _ in range(asked.rounds)]
        best = {name: min((each[name] for each in rounds), key=lambda row: row.seconds) for name in ways}
        print("\n".join(table(best, len(requests))))


if __name__ == "__main__":
    main()
