"""What the originals gave for our own records; `made` in the file says which versions, and how."""

import json
from pathlib import Path
from typing import Any

PEERS: dict[str, Any] = json.loads(Path(__file__).with_name("compat_peers.json").read_text(encoding="utf-8"))
ROWS: list[dict[str, Any]] = PEERS["vqa"]
SCORED = ROWS[: -PEERS["crashing"]]
"""The records on which both originals run to their end."""
