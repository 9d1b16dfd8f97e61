"""What every metric promises, and which metric breaks which promise, with the reason.

A head that is not listed keeps all of them. The properties are tested for every metric of the catalogue; every
exception has a test that shows it (`tests/metrics/counter_*.py`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

Property: TypeAlias = Literal["bounds", "perfect", "empty", "order", "copies", "monotone", "shards"]
PROPERTIES: Mapping[Property, str] = MappingProxyType(
    {
        "bounds": "the value lies between 0 and 1",
        "perfect": "the reference as answer gives the best value: 1, or 0 where lower is better",
        "empty": "no answer anywhere gives the worst value: 0, or 1 where lower is better",
        "order": "the order of the samples changes nothing",
        "copies": "every sample twice changes nothing",
        "monotone": "one more right answer never makes the value worse",
        "shards": "sums over parts, merged, give what the whole gives",
    }
)

EXCEPTIONS: Mapping[str, Mapping[Property, str]] = MappingProxyType(
    {
        "length_ratio": {
            "bounds": "an answer may be longer than its reference",
            "monotone": "an answer as long as its reference may shorten a long one",
        },
        "bleu1": {"monotone": "a shorter right answer may bring the corpus under the brevity penalty"},
        "bleu4": {"monotone": "a shorter right answer may bring the corpus under the brevity penalty"},
        "fp_per_image": {
            "bounds": "a sample may hold any number of false positives",
            "empty": "silence draws no false positive: read it beside recall",
        },
    }
)
"""Head of a metric's name to the promises that it breaks, and why."""
