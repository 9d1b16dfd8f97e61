"""All figures of a site as files of its folder.

```
intervals-<task>.svg, .pdf, .png      and so on for every figure
captions.json                         what each shows, its n, what was left out, and which figures were not drawn
```
"""

from collections.abc import Iterator
from pathlib import Path

from medgauge import __version__
from medgauge_leaderboards.figures.calibration import calibration_plots
from medgauge_leaderboards.figures.drawing import Drawing, Skipped, save, style
from medgauge_leaderboards.figures.evidence import evidence
from medgauge_leaderboards.figures.heat import heat_maps, heat_texts
from medgauge_leaderboards.figures.intervals import interval_plots
from medgauge_leaderboards.figures.lettering import Lettering, lettering
from medgauge_leaderboards.figures.radar import radars
from medgauge_leaderboards.figures.recall import recall_plots
from medgauge_leaderboards.site.chunks import inert
from medgauge_leaderboards.site.reading import Each
from medgauge_leaderboards.site.site import Site

CAPTIONS = "captions.json"


def write_figures(site: Site, folder: Path, each: Each) -> list[tuple[str, str]]:
    """Draw all figures into `folder`, which is made; returns what each file is, in English, and its name.

    No text of a sample stands in any of them. Raises MedGaugeError where matplotlib is missing, or where no installed
    font has the Chinese of a label.
    """
    letters = lettering(_texts(site))
    folder.mkdir(parents=True, exist_ok=True)
    files, drawn, skipped = [], [], []
    with style(letters):
        for one in _all(site, letters, each):
            if isinstance(one, Skipped):
                skipped.append({"title": one.title, "why": one.why})
                continue
            names = save(one, folder)
            files += [(f"{one.title}, {name.rpartition('.')[2].upper()}", name) for name in names]
            drawn.append(_entry(one, names))
    document = {"schema_version": 1, "medgauge": __version__, "figures": drawn, "not_drawn": skipped}
    (folder / CAPTIONS).write_text(inert(document, indent=1) + "\n", "utf-8", newline="\n")
    return [*files, ("Captions of the figures, JSON", CAPTIONS)]


def _all(site: Site, letters: Lettering, each: Each) -> Iterator[Drawing | Skipped]:
    yield from interval_plots(site, letters)
    yield from radars(site, letters)
    yield from heat_maps(site, letters)
    found = dict(zip(map(id, site.runs), each("reading answers for figures", evidence, site.runs), strict=True))
    yield from recall_plots(site, letters, found)
    yield from calibration_plots(site, letters, found)


def _entry(one: Drawing, files: list[str]) -> dict[str, object]:
    return {
        "title": one.title,
        "files": files,
        "caption": one.caption,
        "n": list(one.n),
        "left_out": list(one.left_out),
    }


def _texts(site: Site) -> list[str]:
    """All words that a figure may show."""
    found = dict.fromkeys(board.key for board in site.boards)
    for board in site.boards:
        found |= dict.fromkeys([board.primary, *(cell.row[0] for cell in board.models)])
    return [*found, *heat_texts(site)]
