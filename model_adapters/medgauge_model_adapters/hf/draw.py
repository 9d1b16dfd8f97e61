"""How each next token is chosen: the same for a request whatever stands beside it in the batch.

Each class is called by `generate` at every step with the tokens so far, (B, T), and raw logits, (B, V) in float32, and
gives back scores whose highest is the choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from medgauge.generation import Generation
from medgauge.types import Request
from medgauge_model_adapters.seeds import seed_of

if TYPE_CHECKING:
    import torch


def randomness(request: Request) -> np.random.Generator:
    """Random numbers of a request: of its seed, its trial and its question, and of nothing else."""
    return np.random.Generator(np.random.PCG64(seed_of(request)))


@dataclass(slots=True, kw_only=True)
class Drawing:
    """Penalties, the cut of the distribution, and the draw, for one batch with one `Generation`."""

    generation: Generation
    prompt: "torch.Tensor"
    """(B, T) tokens of the prompts, padded."""
    mask: "torch.Tensor"
    """(B, T): 1 for tokens, 0 for padding."""
    ends: tuple[int, ...]
    randoms: Sequence[np.random.Generator] = ()
    """One for each row where tokens are drawn."""
    logprobs: list["torch.Tensor"] = field(default_factory=list)
    """(B,) of each step: natural log-probability of the choice under the model's own distribution."""

    def __call__(self, input_ids: "torch.Tensor", scores: "torch.Tensor") -> "torch.Tensor":
        """Scores of the next tokens."""
        raw = scores
        scores = self._penalised(input_ids, scores)
        if self.randoms:
            scores = self._drawn(self._cut(input_ids, scores))
        if self.generation.logprobs:
            choice = scores.argmax(-1, keepdim=True)
            self.logprobs.append(raw.log_softmax(-1).gather(1, choice).squeeze(1))
        return scores

    def _penalised(self, input_ids: "torch.Tensor", scores: "torch.Tensor") -> "torch.Tensor":
        import transformers

        width = self.prompt.shape[1]
        if self.generation.repetition_penalty != 1:
            penalise = transformers.RepetitionPenaltyLogitsProcessor(self.generation.repetition_penalty)
            scores = penalise(cast("torch.LongTensor", self._said(input_ids)), cast("torch.FloatTensor", scores))
        if input_ids.shape[1] - width < self.generation.min_new_tokens:
            scores = scores.clone()
            scores[:, list(self.ends)] = -float("inf")
        return scores

    def _said(self, input_ids: "torch.Tensor") -> "torch.Tensor":
        """The tokens so far with padding replaced by the last of the prompt: it was not said and is not penalised."""
        width, rows = self.prompt.shape[1], len(input_ids) // len(self.prompt)
        said = input_ids.clone()
        padding = self.mask.repeat_interleave(rows, 0) == 0
        last = self.prompt[:, -1:].repeat_interleave(rows, 0).expand(-1, width)
        said[:, :width] = said[:, :width].where(~padding, last)
        return said

    def _cut(self, input_ids: "torch.Tensor", scores: "torch.Tensor") -> "torch.Tensor":
        import transformers

        asked = self.generation
        steps: list[Any] = []
        if asked.temperature != 1:
            steps.append(transformers.TemperatureLogitsWarper(float(asked.temperature)))
        if asked.top_k:
            steps.append(transformers.TopKLogitsWarper(asked.top_k))
        if asked.top_p < 1:
            steps.append(transformers.TopPLogitsWarper(asked.top_p))
        for step in steps:
            scores = step(input_ids, scores)
        return scores

    def _drawn(self, scores: "torch.Tensor") -> "torch.Tensor":
        """Only the token left possible whose stretch of the distribution a row's next random number falls in."""
        import torch

        heights = scores.softmax(-1, dtype=torch.float32).double().cumsum(-1)
        at = torch.tensor([random.random() for random in self.randoms], dtype=torch.float64).to(heights.device)
        choice = torch.searchsorted(heights, (at * heights[:, -1])[:, None], right=True)
        drawn = torch.full_like(scores, -float("inf"))
        return drawn.scatter_(1, choice.clamp_max(scores.shape[1] - 1), 0.0)


@dataclass(slots=True, kw_only=True)
class Forcing:
    """Given continuations, whatever the model would say; what it thought of them is kept."""

    rows: Sequence[tuple[int, ...]]
    """The continuation of each row."""
    wanted: Sequence[Sequence[Sequence[int]]]
    """For each row, after each of its tokens (and before the first), the tokens whose log-probability is wanted."""
    found: list[list[dict[int, float]]] = field(default_factory=list)
    """For each step and row, the wanted log-probabilities."""

    def __call__(self, input_ids: "torch.Tensor", scores: "torch.Tensor") -> "torch.Tensor":
        """Scores of the next tokens."""
        import torch

        step = len(self.found)
        logs = scores.log_softmax(-1)
        here = [wanted[step] if step < len(wanted) else () for wanted in self.wanted]
        self.found.append(
            [
                dict(zip(tokens, row[list(tokens)].tolist(), strict=True)) if tokens else {}
                for row, tokens in zip(logs, here, strict=True)
            ]
        )
        forced = [row[step] if step < len(row) else 0 for row in self.rows]
        return torch.full_like(scores, -float("inf")).scatter_(
            1, torch.tensor(forced, device=scores.device)[:, None], 0.0
        )
