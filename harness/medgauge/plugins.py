"""The one door through which tasks, models, metrics and the rest come in; built-ins use it too.

A distribution names one `Plugin` object under the entry-point group `medgauge`. Its catalogs map names to
something lazy: `"module:attribute"`, or a function without arguments. Reading the catalogs imports the small
plugin modules and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeAlias

from medgauge.errors import MedGaugeError, UnknownName

GROUP = "medgauge"
Lazy: TypeAlias = str | Callable[[], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """What one distribution brings. A stranger's names carry its prefix: `acme/chest-vqa`."""

    prefix: str = ""
    tasks: Mapping[str, Lazy] = field(default_factory=dict)
    """Name to a `medgauge.tasks.Task`."""
    suites: Mapping[str, Lazy] = field(default_factory=dict)
    """Name to a tuple of task names."""
    families: Mapping[str, Lazy] = field(default_factory=dict)
    """Name to what `score-records` needs to read a record of that family."""
    models: Mapping[str, Lazy] = field(default_factory=dict)
    """Name to a factory `(argument, options) -> Model | Learner`; `name:argument` on the command line."""
    metrics: Mapping[str, Lazy] = field(default_factory=dict)
    """Head of a metric's name to the frozen dataclass that it is."""
    box_formats: Mapping[str, Lazy] = field(default_factory=dict)
    """Name to a BoxFormat."""
    protocols: Mapping[str, Lazy] = field(default_factory=dict)
    """Name to a function that gives a `medgauge.record_protocols.RecordProtocol`: somebody else's scorer."""
    commands: Mapping[str, Lazy] = field(default_factory=dict)
    """Name to what a command of the command line calls (the site builder, the demo)."""


KINDS: Mapping[str, str] = {
    "tasks": "task",
    "suites": "suite",
    "families": "family",
    "models": "model",
    "metrics": "metric",
    "box_formats": "box format",
    "protocols": "protocol",
    "commands": "command",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All names of one kind, from all installed plugins."""

    kind: str
    entries: Mapping[str, Lazy]
    broken: Mapping[str, str]
    """Distribution to the error that its import raised."""

    def load(self, name: str) -> Any:
        """The object behind a name. Raises UnknownName, or MedGaugeError when its module cannot be imported."""
        if name not in self.entries:
            self._report_broken(name)
            raise UnknownName(KINDS[self.kind], name, self.entries)
        return resolve(self.entries[name])

    def _report_broken(self, name: str) -> None:
        if self.broken:
            what = "; ".join(f"{dist}: {error}" for dist, error in self.broken.items())
            raise MedGaugeError(f"{name!r} is not known, and some plugins could not be read: {what}")


def resolve(lazy: Lazy) -> Any:
    """Import what `"module:attribute"` names, or call the function."""
    if callable(lazy):
        return lazy()
    module, _, attribute = lazy.partition(":")
    return getattr(import_module(module), attribute)


@cache
def catalog(kind: str) -> Catalog:
    """All names of a kind ("tasks", "models", ...). Two definitions of one name are an error."""
    if kind not in {f.name for f in fields(Plugin)} - {"prefix"}:
        raise ValueError(f"no such catalog: {kind!r}")
    entries: dict[str, Lazy] = {}
    origin: dict[str, str] = {}
    broken: dict[str, str] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda e: (e.name, e.value)):
        plugin = _read(entry, broken)
        for short, lazy in getattr(plugin, kind).items() if plugin else ():
            name = f"{plugin.prefix}/{short}" if plugin and plugin.prefix else short
            if name in entries:
                raise MedGaugeError(f"{KINDS[kind]} {name!r} is defined twice: {origin[name]} and {entry.value}")
            entries[name], origin[name] = lazy, entry.value
    return Catalog(kind=kind, entries=entries, broken=broken)


def _read(entry: EntryPoint, broken: dict[str, str]) -> Plugin | None:
    """A stranger's plugin may raise anything at import; it is named, and stops only who needs it."""
    try:
        plugin = entry.load()
    except Exception as error:
        broken[entry.dist.name if entry.dist else entry.name] = f"{type(error).__name__}: {error}"
        return None
    if not isinstance(plugin, Plugin):
        broken[entry.name] = f"{entry.value} is {type(plugin).__name__}, not a medgauge.plugins.Plugin"
        return None
    return plugin
