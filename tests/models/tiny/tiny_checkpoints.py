"""Tiny checkpoints with random weights and a tokeniser trained here, in the layout of the real ones.

They load offline in transformers without torchvision and in vLLM: a text head of 32 (vLLM on CPU has no kernel for a
smaller one), image processors of the PIL backend, LLaVA's vision keys as the hub has them. The weights are drawn wide,
so that the next token is far from a tie and hangs on the picture.
"""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tiny_chats import INTERN_CHAT, LLAVA_CHAT, QWEN_CHAT

CORPUS = (
    "Is there a pleural effusion in this chest radiograph? Answer yes or no. The lungs are clear and the heart is not "
    "enlarged. Which organ is shown? A. liver B. kidney C. lung D. spleen Answer with the letter of the option only. "
    "Where is the lesion? Give the boxes in pixels. Write a report with findings and impression. You are a careful "
    "radiologist. The phantom shows a bright circle on the left and a dark square at the lower right. <think> </think>",
    "图像中有胸腔积液吗？请回答是或否。双肺清晰，心影不大。图中显示的是哪个器官？肝脏 肾脏 肺 脾脏 请只回答选项字母。"
    "病灶在哪里？请给出边界框。请写出影像所见和印象。左侧有一个明亮的圆形，右下方有一个暗的方形。",
    "0 1 2 3 4 5 6 7 8 9 [ ] { } ( ) < > , . : ; ! ? % \" ' | / - = + 0.5 100 bbox_2d label json",
)
_CHATML_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
QWEN = (*_CHATML_TOKENS, "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>")
INTERN = (*_CHATML_TOKENS, "<img>", "</img>", "<IMG_CONTEXT>", "<video>", "<box>", "</box>")
LLAVA = ("<unk>", "<s>", "</s>", "<pad>", "<image>")

TEXT: Mapping[str, Any] = {
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
}
VISION: Mapping[str, Any] = {"hidden_size": 64, "intermediate_size": 128}


def build_qwen2_5_vl(folder: Path) -> None:
    """Qwen2.5-VL: pictures on a grid of 28 pixels, 4 to 64 cells."""
    import transformers

    tokenizer = _tokenizer(QWEN, eos="<|im_end|>", pad="<|endoftext|>", chat=QWEN_CHAT)
    config = transformers.Qwen2_5_VLConfig(
        text_config={**TEXT, **_text_ids(tokenizer), "rope_parameters": _mrope([4, 6, 6])},
        vision_config={
            **VISION,
            "depth": 2,
            "num_heads": 2,
            "out_hidden_size": 128,
            "fullatt_block_indexes": [1],
            "window_size": 112,
        },
        tie_word_embeddings=False,
        **_qwen_ids(tokenizer),
    )
    model = _widened(transformers.Qwen2_5_VLForConditionalGeneration(config), seed=11)
    sizes = {"shortest_edge": 4 * 28 * 28, "longest_edge": 64 * 28 * 28}
    images = transformers.Qwen2VLImageProcessorPil(size=sizes)
    processor = without_video(transformers.Qwen2_5_VLProcessor)(images, tokenizer, chat_template=QWEN_CHAT)
    _save(folder, model, processor)
    _tell_of_video(folder, "Qwen2VLVideoProcessor", sizes)


def build_qwen3_vl(folder: Path) -> None:
    """Qwen3-VL: pictures on a grid of 32 pixels, 4 to 64 cells."""
    import transformers

    tokenizer = _tokenizer(QWEN, eos="<|im_end|>", pad="<|endoftext|>", chat=QWEN_CHAT)
    rope = {**_mrope([6, 5, 5]), "mrope_interleaved": True}
    config = transformers.Qwen3VLConfig(
        text_config={**TEXT, **_text_ids(tokenizer), "head_dim": 32, "rope_parameters": rope},
        vision_config={
            **VISION,
            "depth": 2,
            "num_heads": 2,
            "out_hidden_size": 128,
            "num_position_embeddings": 256,
            "deepstack_visual_indexes": [0],
        },
        **_qwen_ids(tokenizer),
    )
    model = _widened(transformers.Qwen3VLForConditionalGeneration(config), seed=12)
    sizes = {"shortest_edge": 4 * 32 * 32, "longest_edge": 64 * 32 * 32}
    images = transformers.Qwen2VLImageProcessorPil(size=sizes, patch_size=16)
    processor = without_video(transformers.Qwen3VLProcessor)(images, tokenizer, chat_template=QWEN_CHAT)
    _save(folder, model, processor)
    _tell_of_video(folder, "Qwen3VLVideoProcessor", sizes)


def build_internvl(folder: Path) -> None:
    """InternVL in transformers' own layout: up to 4 tiles of 112 pixels, 16 tokens each."""
    import transformers

    names = ("start_image_token", "end_image_token", "context_image_token", "video_token")
    named = dict(zip(names, INTERN[3:7], strict=True))
    tokenizer = _tokenizer(INTERN, eos="<|im_end|>", pad="<|endoftext|>", chat=INTERN_CHAT, named=named)
    config = transformers.InternVLConfig(
        text_config={**TEXT, **_text_ids(tokenizer), "model_type": "qwen2", "tie_word_embeddings": False},
        vision_config={
            **VISION,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": [112, 112],
            "patch_size": [14, 14],
        },
        image_token_id=tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>"),
        image_seq_length=16,
        downsample_ratio=0.5,
        tie_word_embeddings=False,
    )
    model = _widened(transformers.InternVLForConditionalGeneration(config), seed=13)
    images = transformers.GotOcr2ImageProcessorPil(
        size={"height": 112, "width": 112}, crop_to_patches=True, min_patches=1, max_patches=4
    )
    made = without_video(transformers.InternVLProcessor)
    _save(folder, model, made(images, tokenizer, image_seq_length=16, chat_template=INTERN_CHAT))
    _tell_of_video(folder, "InternVLVideoProcessor", {"height": 112, "width": 112})


def build_llava(folder: Path) -> None:
    """LLaVA-1.5: the middle square of a picture at 112 pixels, 64 tokens."""
    import transformers

    tokenizer = _tokenizer(LLAVA, eos="</s>", pad="<pad>", chat=LLAVA_CHAT, bos="<s>", unk="<unk>")
    config = transformers.LlavaConfig(
        text_config={**TEXT, **_text_ids(tokenizer), "model_type": "llama"},
        vision_config={
            **VISION,
            "model_type": "clip_vision_model",
            "num_hidden_layers": 3,
            "num_attention_heads": 2,
            "image_size": 112,
            "patch_size": 14,
            "projection_dim": 64,
        },
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        image_seq_length=64,
    )
    model = _widened(transformers.LlavaForConditionalGeneration(config), seed=14)
    _amplify(model, ("multi_modal_projector", "patch_embedding"), 6.0)
    _amplify(model, ("self_attn.q_proj", "self_attn.o_proj"), 3.0)
    images = transformers.CLIPImageProcessorPil(size={"shortest_edge": 112}, crop_size={"height": 112, "width": 112})
    processor = transformers.LlavaProcessor(
        images,
        tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=LLAVA_CHAT,
    )
    _save(folder, model, processor)
    _rename(folder / "model.safetensors", "vision_tower.", "vision_tower.vision_model.")


def build_qwen2_text(folder: Path) -> None:
    """A language model that sees nothing."""
    import transformers

    tokenizer = _tokenizer(QWEN, eos="<|im_end|>", pad="<|endoftext|>", chat=QWEN_CHAT)
    config = transformers.Qwen2Config(**TEXT, **_text_ids(tokenizer), tie_word_embeddings=False)
    _save(folder, _widened(transformers.Qwen2ForCausalLM(config), seed=15), tokenizer)


BUILDERS: Mapping[str, Callable[[Path], None]] = {
    "qwen2_5_vl": build_qwen2_5_vl,
    "qwen3_vl": build_qwen3_vl,
    "internvl": build_internvl,
    "llava": build_llava,
    "qwen2_text": build_qwen2_text,
}
VISUAL = ("qwen2_5_vl", "qwen3_vl", "internvl", "llava")


def build(name: str, folder: Path) -> Path:
    """Make one checkpoint in a new folder, and name the folder."""
    folder.mkdir(parents=True)
    BUILDERS[name](folder)
    return folder


def _tokenizer(
    special: tuple[str, ...],
    *,
    eos: str,
    pad: str,
    chat: str,
    bos: str | None = None,
    unk: str | None = None,
    named: Mapping[str, str] | None = None,
) -> Any:
    """A byte-level BPE of both languages, fast, padding on the left."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    split = Regex(r" ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(split, behavior="isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=list(special), initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_tokens(["<think>", "</think>"])
    more = {"bos_token": bos, "unk_token": unk, "extra_special_tokens": dict(named) if named else None}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=eos,
        pad_token=pad,
        chat_template=chat,
        model_max_length=4096,
        padding_side="left",
        clean_up_tokenization_spaces=False,
        **{name: value for name, value in more.items() if value},
    )


def _text_ids(tokenizer: Any) -> dict[str, Any]:
    ends = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    return {"vocab_size": len(tokenizer), "bos_token_id": tokenizer.bos_token_id, **ends}


def _qwen_ids(tokenizer: Any) -> dict[str, int]:
    named = {
        "image_token_id": "<|image_pad|>",
        "video_token_id": "<|video_pad|>",
        "vision_start_token_id": "<|vision_start|>",
        "vision_end_token_id": "<|vision_end|>",
    }
    return {name: tokenizer.convert_tokens_to_ids(token) for name, token in named.items()}


def _mrope(section: list[int]) -> dict[str, Any]:
    return {"rope_type": "default", "rope_theta": 1e6, "mrope_section": section}


def without_video(kind: type) -> type:
    """A processor class for pictures alone: transformers' video processors need torchvision."""

    def parts(cls: type) -> list[str]:
        return ["image_processor", "tokenizer"]

    return type(kind.__name__, (kind,), {"get_attributes": classmethod(parts)})


def _widened(model: Any, seed: int) -> Any:
    """Matrices drawn anew: variance 1 for embeddings, 1 over the inputs elsewhere."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                scale = 1.0 if "embed" in name else 1 / math.sqrt(weight[0].numel())
                weight.copy_(torch.randn(weight.shape, generator=generator) * scale)
    return model.eval()


def _amplify(model: Any, parts: tuple[str, ...], factor: float) -> None:
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            if any(part in name for part in parts):
                weight.mul_(factor)


def _save(folder: Path, model: Any, processor: Any) -> None:
    """Weights, configuration and processor, with sampling defaults that a greedy run must not follow."""
    tokenizer = getattr(processor, "tokenizer", processor)
    config = model.generation_config
    config.eos_token_id, config.pad_token_id, config.bos_token_id = tokenizer.eos_token_id, tokenizer.pad_token_id, None
    config.do_sample, config.temperature, config.top_p, config.repetition_penalty = True, 0.7, 0.8, 1.3
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    file = folder / "tokenizer_config.json"
    told = json.loads(file.read_text("utf-8"))
    told["tokenizer_class"] = "PreTrainedTokenizerFast"
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False), "utf-8")


def _tell_of_video(folder: Path, kind: str, size: Mapping[str, int]) -> None:
    """A video processor as the real checkpoints name one; it cannot be made here, and vLLM asks for it."""
    told = {"video_processor_type": kind, "size": dict(size)}
    (folder / "video_preprocessor_config.json").write_text(json.dumps(told, indent=1), "utf-8")


def _rename(file: Path, old: str, new: str) -> None:
    """Hub checkpoints of LLaVA keep a level that transformers 5 saves without, and vLLM wants it."""
    from safetensors.torch import load_file, save_file

    weights = {name if new in name else name.replace(old, new): value for name, value in load_file(file).items()}
    save_file(weights, file, metadata={"format": "pt"})
