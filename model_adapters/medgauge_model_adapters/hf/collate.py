"""Prepared requests into one batch: prompts padded on the left, parts of pictures laid end to end."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from medgauge_model_adapters.hf.prepare import Prepared

if TYPE_CHECKING:
    import torch


def collate(batch: Sequence[Prepared], pad: int) -> dict[str, "torch.Tensor"]:
    """Inputs of all, which must have the same names.

    What goes along the prompt, whole numbers of shape (1, tokens, ...), becomes (B, longest, ...): pad tokens or zeros
    stand before it. Everything else is concatenated along its first axis, its other axes filled up with zeros where
    they differ, as the processors of tiling models do within a batch.
    """
    names = list(batch[0].inputs)
    return {
        name: _sequences(tensors, pad if name == "input_ids" else 0) if _is_sequence(batch[0], name) else _laid(tensors)
        for name in names
        for tensors in [[one.inputs[name] for one in batch]]
    }


def names_of(one: Prepared) -> tuple[str, ...]:
    """The names of the inputs: requests with pictures and without have different ones."""
    return tuple(sorted(one.inputs))


def to_device(
    inputs: Mapping[str, "torch.Tensor"], device: "torch.device", dtype: "torch.dtype"
) -> dict[str, "torch.Tensor"]:
    """Tensors where the model is, floating ones in its data type."""
    return {
        name: tensor.to(device, dtype if tensor.is_floating_point() else None, non_blocking=True)
        for name, tensor in inputs.items()
    }


def _is_sequence(one: Prepared, name: str) -> bool:
    tensor = one.inputs[name]
    return not tensor.is_floating_point() and tuple(tensor.shape[:2]) == (1, one.length)


def _sequences(tensors: Sequence["torch.Tensor"], fill: int) -> "torch.Tensor":
    import torch

    longest = max(tensor.shape[1] for tensor in tensors)
    rest = (0, 0) * (tensors[0].ndim - 2)  # torch counts axes from the last
    return _laid(
        [torch.nn.functional.pad(tensor, (*rest, longest - tensor.shape[1], 0), value=fill) for tensor in tensors]
    )


def _laid(tensors: Sequence["torch.Tensor"]) -> "torch.Tensor":
    import torch

    if len({tensor.shape[1:] for tensor in tensors}) == 1:
        return torch.cat(list(tensors))
    shape = [max(sizes) for sizes in zip(*(tensor.shape[1:] for tensor in tensors), strict=True)]
    filled = []
    for tensor in tensors:
        room = tensor.new_zeros((tensor.shape[0], *shape))
        room[tuple(slice(size) for size in tensor.shape)] = tensor
        filled.append(room)
    return torch.cat(filled)
