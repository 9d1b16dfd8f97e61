"""A profile's name as a model: its own backend and checkpoint, unless `--set` names others."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any

from medgauge.errors import MedGaugeError
from medgauge.plugins import Lazy, catalog

FOLDER = "profiles"


@dataclass(frozen=True, slots=True)
class Named:
    """The factory of a profile's model."""

    name: str

    def __call__(self, argument: str, options: Mapping[str, str]) -> Any:
        """As `build`."""
        return build(self.name, argument, options)

    @property
    def description(self) -> Mapping[str, Any]:
        """What `medgauge list models` says of it."""
        from medgauge_model_adapters.profile import read_profile

        profile = read_profile(self.name)
        return {
            "title": profile.title,
            "backend": profile.backend,
            "hub": profile.hub,
            "licence": profile.licence,
            "languages": list(profile.languages),
            "box_format": profile.box_format,
            "unverified": list(profile.unverified),
        }


def profile_names() -> tuple[str, ...]:
    """Names of all profiles, sorted, without reading any."""
    entries = (entry.name for entry in (files("medgauge_model_adapters") / FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in entries if name.endswith(".yaml")))


def named_models() -> Mapping[str, Lazy]:
    """Every profile's name to its factory."""
    return {name: partial(Named, name) for name in profile_names()}


def build(name: str, argument: str, options: Mapping[str, str]) -> Any:
    """The model of a profile. `--set backend=` and `--set hub=` (a folder, a hub id, `model@url`) replace its own.

    Raises MedGaugeError, as the backend's own factory does.
    """
    if argument:
        raise MedGaugeError(f"model {name!r} takes no argument, got {argument!r}; give --set hub={argument}")
    from medgauge_model_adapters.profile import read_profile

    profile = read_profile(name)
    rest = dict(options)
    backend, hub = rest.pop("backend", profile.backend), rest.pop("hub", profile.hub)
    known = ("transformers", "vllm", "openai")
    if backend not in known:
        raise MedGaugeError(f"model {name!r}: backend {backend!r}: expected one of {', '.join(known)}")
    rest.setdefault("name", name)
    if backend != "openai" and hub == profile.hub and profile.revision:
        rest.setdefault("revision", profile.revision)
    return catalog("models").load(backend)(hub, {**rest, "profile": name})
