"""The box formats of the catalogue, for the tests that go over all of them."""

from medgauge.plugins import catalog
from medgauge.protocols import Frame
from medgauge_model_adapters.boxes.declared_boxes import DeclaredBoxFormat

NAMES = sorted(catalog("box_formats").entries)
LOADED = {name: catalog("box_formats").load(name) for name in NAMES}
DECLARED = [one for one in LOADED.values() if isinstance(one, DeclaredBoxFormat)]
MARKUPS = [one for index, one in enumerate(DECLARED) if one.markup not in [d.markup for d in DECLARED[:index]]]
by_name = {"ids": lambda one: one.name}
SQUARE = Frame(original=(1000, 1000), sent=(1000, 1000))
WIDE = Frame(original=(800, 600), sent=(400, 300))
