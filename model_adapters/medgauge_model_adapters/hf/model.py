"""The model behind `transformers:`: weights are loaded at the first request, onto every device that it may use."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from medgauge.about import About
from medgauge.declared import Setting
from medgauge.resize import Resize
from medgauge.types import Output, Request
from medgauge_model_adapters.hf.devices import Crew, devices_for
from medgauge_model_adapters.hf.engine import Engine
from medgauge_model_adapters.hf.loading import Recipe, load
from medgauge_model_adapters.hf.settings import RUNTIME
from medgauge_model_adapters.hf.sizes import sizes_for
from medgauge_model_adapters.known import about_checkpoint


@dataclass(slots=True, kw_only=True)
class TransformersModel:
    """A checkpoint that transformers runs, here or in one process a device."""

    name: str
    box_format: str
    resize: Resize
    settings: Mapping[str, Setting]
    fingerprint: str
    generation: Mapping[str, Any]
    recipe: Recipe
    runtime: frozenset[str] = RUNTIME
    uploads_to: None = None
    _engine: Engine | None = field(default=None, repr=False)
    _crew: Crew | None = field(default=None, repr=False)

    @property
    def about(self) -> About:
        """What is known of the checkpoint; more of one from the hub once its weights are here."""
        return about_checkpoint(self.recipe.checkpoint, self.recipe.profile, self.name)

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        """Answer a stream, in whatever order batches it best.

        Raises MedGaugeError for what holds for every request, and when a worker process ends.
        """
        first, *more = devices = devices_for(self.recipe.options)
        if more:
            if self._crew is None:
                self._crew = Crew(recipe=self.recipe, devices=devices)
            return self._crew.generate(requests)
        if self._engine is None:
            sizes = sizes_for(self.recipe.options.batch_size, first != "cpu")
            self._engine = Engine(loaded=load(self.recipe, first), sizes=sizes)
        return self._engine.generate(requests)

    def report(self) -> Mapping[str, Any]:
        """Versions, devices, batches and tokens so far."""
        import torch
        import transformers

        devices = devices_for(self.recipe.options)
        workers = [self._engine.report()] if self._engine else self._crew.reports() if self._crew else []
        return {
            "backend": "transformers",
            "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
            "devices": [_shown(device) for device in devices],
            "dtype": self.recipe.dtype,
            "attn": self.recipe.options.attn,
            "image_backend": self.recipe.options.image_backend,
            "workers": workers,
        }


def _shown(device: str) -> str:
    """A GPU by its own name."""
    import torch

    return torch.cuda.get_device_name(device) if device.startswith("cuda") else device
