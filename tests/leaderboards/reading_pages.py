"""What stands in the cells of a built page, by an HTML parser that knows nothing of the templates."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class Cell:
    attributes: dict[str, str | None]
    text: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    """Class of an element inside the cell to its text."""


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.cells: list[Cell] = []
        self.inside: list[str] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("td", "th"):
            self.cells.append(Cell(attributes=dict(attrs) | {"tag": tag}))
            self.open, self.inside = True, []
        elif tag not in ("wbr", "line"):
            self.inside.append(dict(attrs).get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.open = False
        elif self.inside and tag not in ("wbr", "line"):
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.open:
            cell = self.cells[-1]
            cell.text += data
            for name in self.inside:
                cell.parts[name] = cell.parts.get(name, "") + data


def cells(page: Path) -> list[Cell]:
    """All cells of all tables of a page."""
    parser = _Cells()
    parser.feed(page.read_text("utf-8"))
    return parser.cells


def words(text: str) -> str:
    """Text with its white space collapsed."""
    return " ".join(text.split())


def everything(site: Path) -> bytes:
    """All bytes of a site, names of files included."""
    files = sorted(path for path in site.rglob("*") if path.is_file())
    return b"\n".join(str(path.relative_to(site)).encode() + b"\n" + path.read_bytes() for path in files)
