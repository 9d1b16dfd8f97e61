"""How the frozen values of MedGauge are read from a file."""

from collections.abc import Mapping
from typing import Any

STRICT: Mapping[str, Any] = {"extra": "forbid", "allow_inf_nan": False}
"""Set as `__pydantic_config__`: an unknown field and a number that is not finite are errors."""
