"""`medgauge leaderboard`: run directories in, a static folder out."""

from pathlib import Path

import click

from medgauge.plugins import catalog
from medgauge.progress import say


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the site.")
@click.option("--title", default="MedGauge leaderboard", show_default=True)
@click.option("--public", is_flag=True, help="Refuse whatever a licence forbids to publish.")
def leaderboard(runs: tuple[Path, ...], out: Path, title: str, public: bool) -> None:
    """Build the site from finished runs. It opens from disk: no server, no network.

    \b
    Example:
      medgauge leaderboard runs/* --out site --title "Chest X-ray VQA"
    """
    build = catalog("commands").load("leaderboard")
    page: Path = build(runs, out, title, public)
    click.echo(page)
    say(f"open {page.resolve().as_uri()}")
