"""Controls and dialogues on the page: each its own row, and only a blind run is what a gain is over."""

import json
from pathlib import Path

from made_runs import boards_of, write_run
from test_site_build import CARD, items, rows, site

from medgauge.cot import Cot
from medgauge_leaderboards.site.repeat import command
from medgauge_leaderboards.site.standing import Difference, standing

COT = Cot(call="fresh", wording={"words": "abc"})


def runs(tmp_path: Path, *controls: str) -> list[Path]:
    made = zip(controls, (9, 3, 4, 5), strict=False)
    return [write_run(tmp_path / c, "model", [(CARD, items(n))], (), control=c) for c, n in made]


def test_another_control_is_not_taken_for_blind(tmp_path: Path) -> None:
    (board,) = boards_of(runs(tmp_path, "none", "shuffled-image", "black-image"))
    assert [cell.row for cell in board.cells] == [
        ("model", "none"),
        ("model", "black-image"),
        ("model", "shuffled-image"),
    ]
    assert standing(board).gains[board.models[0].row] == "no-control"


def test_with_all_controls_the_gain_is_over_the_blind_run(tmp_path: Path) -> None:
    built = site(runs(tmp_path, "none", "blind", "shuffled-image", "black-image"), tmp_path)
    (cell,) = json.loads((built / "leaderboard.json").read_text())["cells"]
    assert cell["gain_over_blind"]["value"] == 9 / 12 - 3 / 12
    page = (built / "tasks" / "words.html").read_text("utf-8")
    for badge in ("control: blind", "control: another image", "control: black image"):
        assert badge in page


def test_a_run_with_regional_cot_stands_beside_the_plain_one(tmp_path: Path) -> None:
    folders = [
        write_run(tmp_path / "a", "model", [(CARD, items(4))], ()),
        write_run(tmp_path / "b", "model", [(CARD, items(9))], (), cot=COT),
        write_run(tmp_path / "c", "model", [(CARD, items(2))], (), control="blind"),
    ]
    assert rows(site(folders, tmp_path))[-2:] == ["model (Regional CoT)", "model"]
    (board,) = boards_of(folders)
    plain, cot = board.models
    gains = standing(board).gains
    assert gains[cot.row] == "no-control"
    assert isinstance(gains[plain.row], Difference)
    assert "--set cot=regions --set cot_call=fresh" in command(cot)
    assert "cot" not in command(plain)
