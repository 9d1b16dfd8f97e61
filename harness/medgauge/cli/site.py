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
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    default=2_000,
    show_default=True,
    help="Samples of one task and language that can be looked at one by one; of more, some of every slice and outcome.",
)
@click.option("--figures", is_flag=True, help="Draw figures for papers too, each as SVG, PDF and PNG.")
@click.option(
    "--status",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What `medgauge submissions check --out` found; each row then says how far it was made sure of.",
)
def leaderboard(
    runs: tuple[Path, ...], out: Path, title: str, public: bool, samples: int, figures: bool, status: Path | None
) -> None:
    """Build the site from finished runs. It opens from disk: no server, no network.

    The site has a page for every task, its samples with boxes on the pictures, models against each other, how every
    number was made, and exports as CSV, JSON, Parquet, Markdown and LaTeX.

    \b
    Examples:
      medgauge leaderboard runs/* --out site --title "Chest X-ray VQA"
      medgauge leaderboard runs/* --out site --public --figures
      medgauge leaderboard submissions/*/run --out site --public --status status.json
    """
    build = catalog("commands").load("leaderboard")
    page: Path = build(
        runs, out, {"title": title, "public": public, "most": samples} | {"figures": figures, "status": status}
    )
    click.echo(page)
    say(f"open {page.resolve().as_uri()}")
