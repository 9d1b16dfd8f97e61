"""The loader of all phantom cards."""

from pathlib import Path

from medgauge.errors import MedGaugeError
from medgauge.media import probe
from medgauge.tasks import Card, Loaded
from medgauge.types import Split
from medgauge_tasks.demo.phantoms import labels, regions, reports, vqa
from medgauge_tasks.demo.phantoms.design import ROUNDS, plans
from medgauge_tasks.demo.phantoms.items import Build, Picture, samples
from medgauge_tasks.demo.phantoms.store import prepare

_BUILD: dict[str, Build] = {
    "vqa": vqa.build,
    "report": reports.build_reports,
    "classification": labels.build_single,
    "multilabel": labels.build_multi,
    "region-to-text": regions.build_names,
    "text-to-region": regions.build_boxes,
    "grounded-report": reports.build_grounded,
}


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """Samples of one split; draws the pictures when `data_dir` (else the user's cache folder) does not hold them.

    The card's option `labels: multi` asks for sets of labels. Raises MedGaugeError when the folder cannot be written.
    """
    if split not in card.splits:
        raise MedGaugeError(f"{card.name}: no split {split!r}; there are {list(card.splits)}")
    root, scenes = prepare(data_dir if data_dir is not None else _cache(), split)
    pictures = [
        Picture(plan=plan, scene=scene, media=probe(scene.path, root))
        for plan, scene in zip(plans(split), scenes, strict=True)
    ]
    name = "multilabel" if card.options.get("labels") == "multi" else card.family
    return Loaded(root=root, samples=samples(card, pictures, ROUNDS[split], _BUILD[name]))


def _cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("medgauge")
