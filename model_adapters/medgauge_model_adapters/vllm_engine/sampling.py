# pyright: reportMissingImports=false
"""`Generation` in vLLM's words; what it cannot do as asked is refused."""

from typing import TYPE_CHECKING

from medgauge.errors import MedGaugeError
from medgauge.generation import Generation
from medgauge.types import Request
from medgauge_model_adapters.seeds import seed_of

if TYPE_CHECKING:
    from vllm import SamplingParams

HOTTEST = 2.0
COLDEST = 0.01
"""Temperatures over and under these vLLM refuses, or changes unasked; 0 is greedy."""
MOST_WEIGHED = 128
"""Tokens whose log-probabilities one engine request may ask for: `MAX_LOGPROB_TOKEN_IDS` of vLLM."""


def require_possible(generation: Generation) -> None:
    """Raises MedGaugeError for a setting that vLLM does not take."""
    if generation.num_beams != 1:
        raise MedGaugeError(
            f"vllm: num_beams={generation.num_beams}: its engine has no beam search among other requests; "
            "give --set num_beams=1, or ask the model through transformers:"
        )
    if generation.temperature and not COLDEST <= generation.temperature <= HOTTEST:
        raise MedGaugeError(
            f"vllm: temperature={generation.temperature}: expected 0, or {COLDEST} to {HOTTEST}, which is what it takes"
        )


def writing(request: Request) -> "SamplingParams":
    """How the answer to a request is written. Greedy answers need no seed."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

    generation = request.generation
    return SamplingParams(
        max_tokens=generation.max_new_tokens,
        min_tokens=generation.min_new_tokens,
        temperature=generation.temperature,
        top_p=generation.top_p,
        top_k=generation.top_k,
        repetition_penalty=generation.repetition_penalty,
        seed=seed_of(request) if generation.temperature else None,
        logprobs=0 if generation.logprobs else None,
        structured_outputs=None if request.schema is None else StructuredOutputsParams(json=dict(request.schema)),
        detokenize=False,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def weighing(tokens: list[int]) -> "SamplingParams":
    """One step whose log-probabilities of these tokens are wanted; the token drawn is not."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    return SamplingParams(
        max_tokens=1,
        temperature=0.0,
        logprob_token_ids=tokens,
        detokenize=False,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )
