"""What answers: the embedded baselines, recorded predictions, and the ways in which models write boxes."""

from medgauge.plugins import Plugin

plugin = Plugin(
    models={
        "baseline/prior": "medgauge_model_adapters.baselines.prior:build",
        "baseline/blind": "medgauge_model_adapters.baselines.blind:build",
        "baseline/vision": "medgauge_model_adapters.baselines.vision:build",
        "replay": "medgauge_model_adapters.replay:build",
    },
    box_formats={
        "medrega": "medgauge_model_adapters.box_formats:MEDREGA",
        "json-pixels": "medgauge_model_adapters.box_formats:JSON_PIXELS",
        "json-1000": "medgauge_model_adapters.box_formats:JSON_1000",
    },
)
