"""Metrics by name: the same string is the argument, the key in the results and the column."""

import re
from typing import Any, cast

from medgauge.errors import MedGaugeError
from medgauge.plugins import catalog
from medgauge.protocols import Metric

NAME = re.compile(r"(?P<head>[a-z][a-z0-9_/]*)(@(?P<at>[0-9.]+))?(\((?P<options>[^()]*)\))?")


def parse_metric(name: str) -> Metric:
    """The metric that a name such as `rouge_l`, `f1@0.5` or `bleu4(tokenizer=jieba)` stands for.

    `@x` sets the field `at`; options set fields by name. Raises UnknownName or MedGaugeError.
    """
    match = NAME.fullmatch(name)
    if not match:
        raise MedGaugeError(f"metric {name!r}: expected head, head@number or head(option=value,...)")
    factory = catalog("metrics").load(match["head"])
    try:
        settings: dict[str, Any] = {"at": float(match["at"])} if match["at"] else {}
        for option in filter(None, (match["options"] or "").split(",")):
            key, _, value = map(str.strip, option.partition("="))
            if key in settings or key == "at":
                raise ValueError(f"option {key!r} stands twice, or is the number written as head@number")
            settings[key] = value
        metric = cast(Metric, factory(**settings))
    except (TypeError, ValueError) as error:
        raise MedGaugeError(f"metric {name!r}: {error}") from error
    if metric.name != name:
        raise MedGaugeError(f"metric {name!r}: write it as {metric.name!r}")
    return metric
