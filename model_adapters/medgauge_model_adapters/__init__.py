"""What answers: the embedded baselines, recorded predictions, and the ways in which models write boxes."""

from medgauge.plugins import Plugin
from medgauge_model_adapters.named import named_models

plugin = Plugin(
    models={
        "baseline/prior": "medgauge_model_adapters.baselines.prior:build",
        "baseline/blind": "medgauge_model_adapters.baselines.blind:build",
        "baseline/vision": "medgauge_model_adapters.baselines.vision:build",
        "replay": "medgauge_model_adapters.replay:build",
        "transformers": "medgauge_model_adapters.hf.build:build",
        "vllm": "medgauge_model_adapters.vllm_engine.build:build",
        "openai": "medgauge_model_adapters.openai_api.build:build",
        **named_models(),
    },
    box_formats={
        "medrega": "medgauge_model_adapters.boxes.box_formats:MEDREGA",
        "internvl": "medgauge_model_adapters.boxes.box_formats:INTERNVL",
        "qwen-vl": "medgauge_model_adapters.boxes.box_formats:QWEN_VL",
        "qwen2-vl": "medgauge_model_adapters.boxes.box_formats:QWEN2_VL",
        "json-pixels": "medgauge_model_adapters.boxes.box_formats:JSON_PIXELS",
        "json-pixels-original": "medgauge_model_adapters.boxes.box_formats:JSON_PIXELS_ORIGINAL",
        "json-1000": "medgauge_model_adapters.boxes.box_formats:JSON_1000",
        "json-1000-padded": "medgauge_model_adapters.boxes.box_formats:JSON_1000_PADDED",
        "json-1": "medgauge_model_adapters.boxes.box_formats:JSON_1",
        "mmoral": "medgauge_model_adapters.boxes.box_formats:MMORAL",
        "gemini": "medgauge_model_adapters.boxes.box_formats:GEMINI",
        "medgemma-1.5": "medgauge_model_adapters.boxes.box_formats:MEDGEMMA_1_5",
        "deepseek-vl2": "medgauge_model_adapters.boxes.box_formats:DEEPSEEK_VL2",
        "glm-v": "medgauge_model_adapters.boxes.box_formats:GLM_V",
        "cogvlm": "medgauge_model_adapters.boxes.box_formats:COGVLM",
        "llava-1.5": "medgauge_model_adapters.boxes.box_formats:LLAVA_1_5",
        "shikra": "medgauge_model_adapters.boxes.box_formats:SHIKRA",
        "radvlm": "medgauge_model_adapters.boxes.box_formats:RADVLM",
        "ferret": "medgauge_model_adapters.boxes.box_formats:FERRET",
        "minigpt-v2": "medgauge_model_adapters.boxes.box_formats:MINIGPT_V2",
        "chexagent-2": "medgauge_model_adapters.boxes.box_formats:CHEXAGENT_2",
        "kosmos-2": "medgauge_model_adapters.boxes.box_formats:KOSMOS_2",
        "florence-2": "medgauge_model_adapters.boxes.box_formats:FLORENCE_2",
        "paligemma": "medgauge_model_adapters.boxes.box_formats:PALIGEMMA",
        "maira-2": "medgauge_model_adapters.boxes.box_formats:MAIRA_2",
        "ofa": "medgauge_model_adapters.boxes.box_formats:OFA",
        "molmo": "medgauge_model_adapters.boxes.box_formats:MOLMO",
        "none": "medgauge_model_adapters.boxes.box_formats:NONE",
    },
)
