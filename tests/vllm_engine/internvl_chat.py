"""A tiny InternVLChatModel (InternViT, two-layer connector, Llama) in the layout of the hub, and its forward in torch.

The config.json is that of InternVL-Chat 1.2, which MedRegA is built on: it names code that is not there, so whatever
loads it has run none.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tiny_checkpoints import CORPUS

TAGS = ("<img>", "</img>", "<IMG_CONTEXT>", "<quad>", "</quad>", "<ref>", "</ref>", "<box>", "</box>")
TURNS = ("<unk>", "<|startoftext|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>")
WIDTH, DEPTH, HEADS, PATCH, SIDE = 64, 2, 2, 14, 448
EPSILON = 1e-6
VISION: Mapping[str, Any] = {
    "model_type": "intern_vit_6b",
    "architectures": ["InternVisionModel"],
    "hidden_size": WIDTH,
    "intermediate_size": 2 * WIDTH,
    "num_hidden_layers": DEPTH,
    "num_attention_heads": HEADS,
    "patch_size": PATCH,
    "image_size": SIDE,
    "num_channels": 3,
    "qkv_bias": False,
    "qk_normalization": True,
    "layer_norm_eps": EPSILON,
    "hidden_act": "gelu",
}
LANGUAGE: Mapping[str, Any] = {
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
    "rms_norm_eps": 1e-5,
    "rope_theta": 5e6,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
}


def build(folder: Path) -> Path:
    """Write the checkpoint: config, weights, tokeniser, and no chat template."""
    from safetensors.torch import save_file

    folder.mkdir()
    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    ids = {token: tokenizer.convert_tokens_to_ids(token) for token in (*TURNS, *TAGS)}
    assert len(set(ids.values())) == len(ids)
    language = {
        **LANGUAGE,
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "vocab_size": len(tokenizer),
        "bos_token_id": ids["<|startoftext|>"],
        "eos_token_id": ids["<|im_end|>"],
        "pad_token_id": ids["<unk>"],
    }
    config = {
        "model_type": "internvl_chat",
        "architectures": ["InternVLChatModel"],
        "auto_map": {"AutoConfig": "configuration_internvl_chat.InternVLChatConfig"},
        "vision_config": dict(VISION),
        "llm_config": language,
        "select_layer": -1,
        "force_image_size": SIDE,
        "downsample_ratio": 0.5,
        "template": "Hermes-2",
        "ps_version": "v1",
        "torch_dtype": "bfloat16",
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1), "utf-8")
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": ids["<|im_end|>"]}), "utf-8")
    loud = [ids[tag] for tag in ("<ref>", "</ref>", "<box>", "</box>")]
    save_file(_weights(len(tokenizer), loud), folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = [*TURNS, *TAGS]
    trainer = trainers.BpeTrainer(
        vocab_size=640, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(CORPUS, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<|startoftext|>",
        eos_token="<|im_end|>",
        unk_token="<unk>",
        pad_token="<unk>",
        additional_special_tokens=list(TAGS),
        clean_up_tokenization_spaces=False,
    )


def _weights(vocabulary: int, loud: Sequence[int]) -> dict[str, Any]:
    """Drawn wide, so that the next token hangs on the picture; the four `loud` tokens are written often."""
    import torch

    random = torch.Generator().manual_seed(44)

    def drawn(*shape: int, scale: float | None = None) -> Any:
        return torch.randn(*shape, generator=random) * (shape[-1] ** -0.5 if scale is None else scale)

    def near(value: float, size: int) -> Any:
        return value + 0.1 * torch.randn(size, generator=random)

    width, hidden, cells = WIDTH, LANGUAGE["hidden_size"], (SIDE // PATCH) ** 2
    weights = {
        "vision_model.embeddings.class_embedding": drawn(1, 1, width, scale=1.0),
        "vision_model.embeddings.position_embedding": drawn(1, cells + 1, width, scale=0.3),
        "vision_model.embeddings.patch_embedding.weight": drawn(width, 3, PATCH, PATCH, scale=0.2),
        "vision_model.embeddings.patch_embedding.bias": drawn(width, scale=0.1),
        "mlp1.0.weight": near(1, 4 * width),
        "mlp1.0.bias": drawn(4 * width, scale=0.1),
        "mlp1.1.weight": drawn(hidden, 4 * width),
        "mlp1.1.bias": drawn(hidden, scale=0.1),
        "mlp1.3.weight": drawn(hidden, hidden, scale=3 * hidden**-0.5),
        "mlp1.3.bias": drawn(hidden, scale=0.1),
        "language_model.model.embed_tokens.weight": drawn(vocabulary, hidden, scale=1.0),
        "language_model.model.norm.weight": near(1, hidden),
        "language_model.lm_head.weight": drawn(vocabulary, hidden, scale=2 * hidden**-0.5),
    }
    weights["language_model.lm_head.weight"][list(loud)] *= torch.tensor([2.4, 2.4, 1.6, 1.6])[:, None]
    for layer in range(DEPTH):
        at = f"vision_model.encoder.layers.{layer}."
        weights |= {f"{at}{name}.weight": near(1, width) for name in ("norm1", "norm2", "attn.q_norm", "attn.k_norm")}
        weights |= {f"{at}{name}": near(0.5, width) for name in ("ls1", "ls2")}
        weights[f"{at}attn.qkv.weight"] = drawn(3 * width, width)
        for name, out, into in (
            ("attn.proj", width, width),
            ("mlp.fc1", 2 * width, width),
            ("mlp.fc2", width, 2 * width),
        ):
            weights |= {f"{at}{name}.weight": drawn(out, into), f"{at}{name}.bias": drawn(out, scale=0.1)}
    return weights | _language(drawn, near)


def _language(drawn: Callable[..., Any], near: Callable[[float, int], Any]) -> dict[str, Any]:
    hidden, inner = LANGUAGE["hidden_size"], LANGUAGE["intermediate_size"]
    keys = hidden // LANGUAGE["num_attention_heads"] * LANGUAGE["num_key_value_heads"]
    weights: dict[str, Any] = {}
    for layer in range(LANGUAGE["num_hidden_layers"]):
        at = f"language_model.model.layers.{layer}."
        for name, out in (("q_proj", hidden), ("k_proj", keys), ("v_proj", keys), ("o_proj", hidden)):
            weights[f"{at}self_attn.{name}.weight"] = drawn(out, hidden, scale=1.5 * hidden**-0.5)
        for name, out, into in (("gate", inner, hidden), ("up", inner, hidden), ("down", hidden, inner)):
            weights[f"{at}mlp.{name}_proj.weight"] = drawn(out, into)
        weights |= {f"{at}{name}_layernorm.weight": near(1, hidden) for name in ("input", "post_attention")}
    return weights


class Reference:
    """The forward of the checkpoint, written down after the published description, and transformers' Llama."""

    def __init__(self, folder: Path) -> None:
        from safetensors.torch import load_file
        from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

        config = json.loads((folder / "config.json").read_text("utf-8"))["llm_config"]
        self.weights = load_file(folder / "model.safetensors")
        self.tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        self.language = LlamaForCausalLM(
            LlamaConfig(**{k: v for k, v in config.items() if k != "architectures"})
        ).eval()
        own = {k.removeprefix("language_model."): v for k, v in self.weights.items() if k.startswith("language_model.")}
        self.language.load_state_dict(own, strict=True)

    def tokens(self, picture: Image.Image, prompt: Sequence[int], count: int) -> list[int]:
        """Greedy tokens after a prompt whose places for the picture are `<IMG_CONTEXT>`."""
        import torch

        with torch.inference_mode():
            ids = torch.tensor([list(prompt)])
            embedded = self.language.model.embed_tokens(ids).clone()
            embedded[ids == self.tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>")] = self._seen(picture)
            end = self.language.config.eos_token_id
            said = self.language.generate(
                inputs_embeds=embedded, max_new_tokens=count, do_sample=False, eos_token_id=end, pad_token_id=0
            )
        return list(said[0].tolist())

    def _seen(self, picture: Image.Image) -> Any:
        """(256, hidden) embeddings of a picture stretched to one tile."""
        import torch
        from torch.nn import functional

        tile = np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC), dtype=np.float32)
        pixels = (torch.from_numpy(tile) / 255 - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor(
            [0.229, 0.224, 0.225]
        )
        embeddings = {k.rpartition("embeddings.")[2]: v for k, v in self.weights.items() if "vision_model.embed" in k}
        patches = functional.conv2d(
            pixels.permute(2, 0, 1)[None],
            embeddings["patch_embedding.weight"],
            embeddings["patch_embedding.bias"],
            stride=PATCH,
        )
        states = torch.cat([embeddings["class_embedding"][0], patches[0].flatten(1).T])
        states = states + embeddings["position_embedding"][0]
        for layer in range(DEPTH):
            states = self._block(states, f"vision_model.encoder.layers.{layer}.")
        grid = states[1:].view(SIDE // PATCH, SIDE // PATCH, WIDTH)
        # four neighbours become one; version 1 leaves the smaller grid transposed
        merged = torch.cat([grid[row::2, column::2] for row in (0, 1) for column in (0, 1)], -1).transpose(0, 1)
        flat = functional.layer_norm(
            merged.flatten(0, 1), (4 * WIDTH,), self.weights["mlp1.0.weight"], self.weights["mlp1.0.bias"]
        )
        inner = functional.gelu(functional.linear(flat, self.weights["mlp1.1.weight"], self.weights["mlp1.1.bias"]))
        return functional.linear(inner, self.weights["mlp1.3.weight"], self.weights["mlp1.3.bias"])

    def _block(self, states: Any, at: str) -> Any:
        from torch.nn import functional

        def of(name: str) -> Any:
            return self.weights[at + name]

        def normal(values: Any, name: str) -> Any:
            return functional.rms_norm(values, (WIDTH,), of(f"{name}.weight"), EPSILON)

        def heads(values: Any) -> Any:
            return values.view(len(values), HEADS, WIDTH // HEADS).transpose(0, 1)

        query, key, value = functional.linear(normal(states, "norm1"), of("attn.qkv.weight")).chunk(3, -1)
        query, key = normal(query, "attn.q_norm"), normal(key, "attn.k_norm")
        mixed = functional.scaled_dot_product_attention(heads(query), heads(key), heads(value))
        mixed = functional.linear(mixed.transpose(0, 1).flatten(1), of("attn.proj.weight"), of("attn.proj.bias"))
        states = states + of("ls1") * mixed
        inner = functional.linear(normal(states, "norm2"), of("mlp.fc1.weight"), of("mlp.fc1.bias"))
        inner = functional.linear(functional.gelu(inner), of("mlp.fc2.weight"), of("mlp.fc2.bias"))
        return states + of("ls2") * inner


@cache
def reference(folder: Path) -> Reference:
    return Reference(folder)
