"""Writing the files of a site."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

INDEX = "index.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The folder of a site, and the templates with what every page needs."""

    out: Path
    templates: Environment
    shared: Mapping[str, Any]

    def write(self, template: str, file: str, values: Mapping[str, Any]) -> None:
        """Render `templates/<template>.html.j2` into `file`, relative to the folder, one level deep at most."""
        path = self.out / file
        path.parent.mkdir(parents=True, exist_ok=True)
        root = "../" if "/" in file else ""
        page = self.templates.get_template(f"{template}.html.j2")
        text = page.render({**self.shared, **values, "root": root, "kind": template})
        path.write_text(text, "utf-8", newline="\n")
