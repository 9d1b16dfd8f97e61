"""What the factories of this room accept."""

from collections.abc import Mapping

from medgauge.errors import MedGaugeError
from medgauge.plugins import catalog

DEFAULT_BOX_FORMAT = "medrega"


def chosen_box_format(model: str, options: Mapping[str, str]) -> str:
    """The option `box_format`, which must be a known name. Raises MedGaugeError for any other option."""
    unknown = sorted(set(options) - {"box_format"})
    if unknown:
        raise MedGaugeError(f"{model}: unknown option {unknown[0]!r}; it takes box_format")
    name = options.get("box_format", DEFAULT_BOX_FORMAT)
    catalog("box_formats").load(name)
    return name
