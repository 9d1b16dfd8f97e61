"""What a prompt says about a box format, in both languages."""

from typing import Literal, TypeAlias

from medgauge.types import Language
from medgauge_model_adapters.boxes.frames import FrameName

Kind: TypeAlias = Literal["pixels", "integers", "decimals", "cells"]

OBJECT: dict[Language, str] = {"en": "object", "zh": "目标"}
WORDS_ONLY: dict[Language, str] = {
    "en": "Say in words where it is; no coordinates are asked for.",
    "zh": "用文字说明位置，无需给出坐标。",
}
_SENTENCE: dict[Language, str] = {
    "en": "Write every region as {shape}, where the corners are the top left and the bottom right {unit}.",
    "zh": "每个区域写成 {shape}，依次为左上角与右下角，{unit}。",
}
_UNITS: dict[Kind, dict[Language, str]] = {
    "pixels": {"en": "in pixels of {picture}", "zh": "坐标以{picture}像素为单位"},
    "integers": {
        "en": "as integers from 0 to {top} relative to the width and the height of {picture}",
        "zh": "坐标为相对于{picture}宽和高的 0 到 {top} 的整数",
    },
    "decimals": {
        "en": "as numbers from 0 to {top} with {decimals} decimals relative to the width and the height of {picture}",
        "zh": "坐标为相对于{picture}宽和高的 0 到 {top} 的小数，保留 {decimals} 位",
    },
    "cells": {
        "en": "as indices, row by row from 0, of the cells of a {top} x {top} grid over {picture}",
        "zh": "坐标为{picture}上 {top} x {top} 网格中自 0 起逐行编号的格序号",
    },
}
_WHOLE: dict[Language, str] = {"en": "the image", "zh": "图像"}
_PICTURES: dict[FrameName, dict[Language, str]] = {
    "padded-centre": {"en": "the image once centred in a square", "zh": "图像居中补成正方形后"},
    "padded-corner": {"en": "the image once padded to a square, itself top left", "zh": "图像置于左上角补成正方形后"},
    "centre-crop": {"en": "the central square of the image", "zh": "图像中央正方形"},
    "canvas": {"en": "the square that holds the image at its top left", "zh": "图像位于左上角的正方形"},
}


def sentence(language: Language, shape: str, kind: Kind, top: str, decimals: int, frame: FrameName) -> str:
    """How to write a region: its shape, and what the numbers are relative to."""
    picture = _PICTURES.get(frame, _WHOLE)[language]
    unit = _UNITS[kind][language].format(top=top, decimals=decimals, picture=picture)
    return _SENTENCE[language].format(shape=shape, unit=unit)
