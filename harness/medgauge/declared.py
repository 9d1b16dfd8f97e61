"""What a model may say of itself beside its name: all optional, so that the smallest model stays two attributes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from medgauge import codec
from medgauge.about import About
from medgauge.errors import MedGaugeError
from medgauge.resize import AS_IS, Resize

Setting: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """The optional attributes of a model, by the names under which it may have them."""

    resize: Resize = AS_IS
    """What happens to a picture before the model sees it."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    """All that decides answers (revision, data type, pixel budget), for spec.json: no path, no secret."""
    fingerprint: str = ""
    """Hash of what the model is read from."""
    runtime: frozenset[str] = frozenset()
    """Options that change how fast it answers, and not what is asked: left out of spec.json."""
    uploads_to: str | None = None
    """The host that questions and pictures are sent to; None when they stay on this machine."""
    generation: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `Generation` that it recommends; `--set` goes before."""
    about: About = field(default_factory=About)
    """Size, weights, licence, price, for the manifest: it decides no answer. Asked for again when a run ends."""


_NOTHING = Declared()


def declared(model: object) -> Declared:
    """What a model declares. Raises MedGaugeError for a resize or an about of another kind or form."""
    resize = getattr(model, "resize", _NOTHING.resize)
    if not isinstance(resize, Resize):
        raise MedGaugeError(f"{getattr(model, 'name', model)}: its resize is a {type(resize).__name__}, not a Resize")
    return Declared(
        resize=resize,
        settings=dict(getattr(model, "settings", _NOTHING.settings)),
        fingerprint=getattr(model, "fingerprint", _NOTHING.fingerprint),
        runtime=frozenset(getattr(model, "runtime", _NOTHING.runtime)),
        uploads_to=getattr(model, "uploads_to", _NOTHING.uploads_to),
        generation=dict(getattr(model, "generation", _NOTHING.generation)),
        about=about_of(model),
    )


def about_of(model: object) -> About:
    """What a model says of itself. Raises MedGaugeError for another kind, BadRecord for a field of a wrong form."""
    about = getattr(model, "about", _NOTHING.about)
    name = getattr(model, "name", model)
    if not isinstance(about, About):
        raise MedGaugeError(f"{name}: its about is a {type(about).__name__}, not a medgauge.about.About")
    return codec.convert(About, asdict(about), f"{name}: about")
