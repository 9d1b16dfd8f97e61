"""What stands in the cells of a built page, by an HTML parser that knows nothing of the templates."""

import base64
import gzip
import re
import zlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pyarrow.parquet as pq


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


def overview(page: Path) -> dict[tuple[str, str], Cell]:
    """Cells of the overview that hold numbers, by model and the name of the task's files."""
    found: dict[tuple[str, str], Cell] = {}
    columns: list[str] = []
    model, place = "", 0
    for cell in cells(page):
        scope = cell.attributes.get("scope")
        if scope == "col" and "data-slug" in cell.attributes:
            columns.append(str(cell.attributes["data-slug"]))
        elif scope == "col":
            columns = []
        elif scope == "row":
            model, place = str(cell.attributes["data-value"]), 0
        else:
            if words(cell.text) != "n/a":
                found[model, columns[place]] = cell
            place += 1
    return found


def row_names(page: Path) -> list[str]:
    """The models of all tables of the overview, from top to bottom."""
    return [str(cell.attributes["data-value"]) for cell in cells(page) if cell.attributes.get("scope") == "row"]


def words(text: str) -> str:
    """Text with its white space collapsed."""
    return " ".join(text.split())


def everything(site: Path) -> bytes:
    """All bytes of a site, names of files included, and what is packed in them unpacked too."""
    files = sorted(path for path in site.rglob("*") if path.is_file())
    return b"\n".join(str(path.relative_to(site)).encode() + b"\n" + _opened(path) for path in files)


def _opened(file: Path) -> bytes:
    data = file.read_bytes()
    if file.suffix == ".js":
        packed = [gzip.decompress(base64.b64decode(found)) for found in re.findall(rb'"(H4sI[A-Za-z0-9+/=]+)"', data)]
        return b"\n".join([data, *packed])
    if file.suffix == ".parquet":
        return data + repr(pq.read_table(file).to_pylist()).encode()
    if file.suffix == ".pdf":
        streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
        return b"\n".join([data, *(_inflated(stream) for stream in streams)])
    return data


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream
