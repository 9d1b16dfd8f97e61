"""What is fetched from the hub, and how its archives are unpacked."""

import io
import stat
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub.utils import filter_repo_objects
from made_data import CARD, task, write

from medgauge.data import hub
from medgauge.data.prepare import prepare
from medgauge.data.unpack import ENDINGS, unpack
from medgauge.errors import MedGaugeError
from medgauge.plugins import catalog
from medgauge_tasks.cards import build_task, load_card

PACKED = replace(CARD, hub_files=("rows.json", "images.zip"))
REPOSITORIES = {
    "slake": ("train.json", "test.json", "imgs.zip"),
    "medxpertqa-mm": ("MM/test.jsonl", "images.zip"),
    "omnimedvqa": ("OmniMedVQA.zip",),
    "pmc-vqa": ("train.csv", "test.csv", "images.zip"),
    "pmc-vqa-v2": ("train_2.csv", "test_2.csv", "images_2.zip"),
    "path-vqa": ("data/train-00000-of-00007-a.parquet", "data/test-00000-of-00003-b.parquet"),
}
BESIDE = (
    ".gitattributes",
    "README.md",
    "KG.zip",
    "validation.json",
    "Text/test.jsonl",
    "test_clean.csv",
    "MM/dev.jsonl",
)


def zipped(file: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w") as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return file


def tarred(file: Path, *members: tarfile.TarInfo, data: bytes = b"") -> Path:
    with tarfile.open(file, "w:gz" if file.suffix == ".gz" else "w") as packed:
        for member in members:
            member.size = len(data) if member.isreg() else 0
            packed.addfile(member, io.BytesIO(data))
    return file


@pytest.mark.parametrize("name", sorted(REPOSITORIES))
def test_what_a_card_needs_is_fetched_and_no_more(name: str) -> None:
    held = [*REPOSITORIES[name], *BESIDE]
    assert tuple(filter_repo_objects(held, allow_patterns=hub.wanted(load_card(name)))) == REPOSITORIES[name]


def test_the_archives_are_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    remote = write(tmp_path / "remote")
    pictures = {f"images/{one.name}": one.read_bytes() for one in (remote / "images").iterdir()}

    def snapshot(**options: object) -> str:
        folder = Path(str(options["local_dir"]))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rows.json").write_bytes((remote / "rows.json").read_bytes())
        zipped(folder / "images.zip", pictures)
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    revision = hub.download(PACKED, tmp_path / "local")
    folder = tmp_path / "local" / "made_folder"
    prepare(task(hub_files=PACKED.hub_files), tmp_path / "local", tmp_path / "out", revision=revision)
    (folder / "images" / "0.png").unlink()
    hub.download(PACKED, tmp_path / "local")
    assert not (folder / "images" / "0.png").exists()
    hub.download(PACKED, tmp_path / "local", "1" * 40)
    assert (folder / "images" / "0.png").exists()


@pytest.mark.parametrize("top", ["images/", "made-1.0/images/", "", "./images/"])
@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz"])
def test_members_land_where_the_card_looks_for_them(tmp_path: Path, top: str, ending: str) -> None:
    archive = tmp_path / f"images.{ending}"
    if ending == "zip":
        zipped(archive, {f"{top}0.png": b"picture", "__MACOSX/._0.png": b"junk"})
    else:
        tarred(archive, tarfile.TarInfo(f"{top}0.png"), data=b"picture")
    unpack(CARD, archive, tmp_path, "1")
    assert (tmp_path / "images" / "0.png").read_bytes() == b"picture"
    assert not (tmp_path / "__MACOSX").exists()


def link(name: str, to: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, to
    return member


@pytest.mark.parametrize(
    "name", ["../out.png", "images/../../out.png", "/out.png", "images\\..\\out.png", "C:/out.png"]
)
@pytest.mark.parametrize("ending", ["zip", "tar"])
def test_a_path_out_of_the_folder_is_refused_before_anything_is_written(tmp_path: Path, name: str, ending: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    if ending == "zip":
        archive = zipped(folder / "images.zip", {"images/0.png": b"", name: b""})
    else:
        archive = tarred(folder / "images.tar", tarfile.TarInfo("images/0.png"), tarfile.TarInfo(name))
    with pytest.raises(MedGaugeError, match="a path below the folder"):
        unpack(CARD, archive, folder, "1")
    assert list(folder.iterdir()) == [archive]
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    archive = tarred(tmp_path / "images.tar", link("images/0.png", "/etc/passwd", kind))
    with pytest.raises(MedGaugeError, match=r"images/0\.png.*a plain file"):
        unpack(CARD, archive, tmp_path, "1")
    member = zipfile.ZipInfo("images/0.png")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as packed:
        packed.writestr(member, "/etc/passwd")
    with pytest.raises(MedGaugeError, match=r"images/0\.png.*a plain file"):
        unpack(CARD, tmp_path / "images.zip", tmp_path, "1")


def test_a_link_that_lies_there_already_is_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "images").symlink_to(outside)
    with pytest.raises(MedGaugeError, match="leads out of"):
        unpack(CARD, zipped(folder / "images.zip", {"images/0.png": b""}), folder, "1")
    assert not list(outside.iterdir())


@pytest.mark.parametrize("data", [b"no archive", b"PK\x03\x04 cut off"])
@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz"])
def test_a_broken_archive_is_named(tmp_path: Path, data: bytes, ending: str) -> None:
    archive = tmp_path / f"images.{ending}"
    archive.write_bytes(data)
    with pytest.raises(MedGaugeError, match=r"images\.(zip|tar)"):
        unpack(CARD, archive, tmp_path, "1")
    assert list(tmp_path.iterdir()) == [archive]


def test_an_archive_of_other_things_is_left_to_the_user(tmp_path: Path) -> None:
    with pytest.raises(MedGaugeError, match=r"images\.zip.*none of its files.*rows\.json, images/\*\.png.*by hand"):
        unpack(CARD, zipped(tmp_path / "images.zip", {"a/b.txt": b""}), tmp_path, "1")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rexvqa", "rajpurkarlab/ReXGradient-160K"),
        ("medregins-t2r-released", "SA-Med2D-20M"),
        ("medregins-r2t-lesion", "SA-Med2D-16M.zip"),
    ],
)
def test_what_must_be_unpacked_by_hand_is_told_in_a_line(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(MedGaugeError, match="by hand") as caught:
        hub.download(load_card(name), tmp_path, "1" * 40)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_card_of_the_hub_says_in_which_archive_its_pictures_are_or_why_not() -> None:
    of_hub = [card for name in catalog("tasks").entries if (card := build_task(name).card).hub]
    assert len(of_hub) > 10
    for card in of_hub:
        packed = any(path.endswith(ENDINGS) for path in card.hub_files)
        assert packed or card.hub_by_hand or not any(one.pictures for one in card.files), card.name
