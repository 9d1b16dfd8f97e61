"""Requests into outputs over one server."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from medgauge.errors import Incomplete, MedGaugeError
from medgauge.types import Output, Request, Usage, answering
from medgauge_model_adapters.openai_api.alignment import aligned
from medgauge_model_adapters.openai_api.answers import Completion, read_completion
from medgauge_model_adapters.openai_api.body import Body, Form, make_body, scored
from medgauge_model_adapters.openai_api.failures import Filtered, Passing, Rejected
from medgauge_model_adapters.openai_api.likelihood import MOST_IDS, best, listed_scores, numbered_scores, variants
from medgauge_model_adapters.openai_api.sender import TOKENIZE, Sender

if TYPE_CHECKING:
    import anyio

_SPACE = "\u2581\u0120 "
"""How tokenisers show white space."""


@dataclass(slots=True, kw_only=True)
class Client:
    """Bodies made ahead, sent, and read; lives in one event loop."""

    sender: Sender
    form: Form
    decoding: "anyio.CapacityLimiter"
    """Pictures are decoded in so many threads."""
    tokenizing: "anyio.Lock"
    first_ids: dict[str, int | None] = field(default_factory=dict)
    """First token of each form of an option, where the server tells."""

    async def answer(self, request: Request) -> Output:
        """The output of one request. Raises MedGaugeError where no request can succeed any more."""
        try:
            return await self._answer(request)
        except Rejected as failure:
            return self._failed(request, str(failure))
        except Passing as failure:
            if not failure.unreachable:
                return self._failed(request, f"gave up: {failure}")
            gone = "start it again; what was answered is kept, and the same command asks the rest"
            raise self.sender.halt(Incomplete(f"openai: {self._host} {failure}; {gone}")) from failure
        except MedGaugeError as error:
            raise self.sender.halt(error) from None

    @property
    def _host(self) -> str:
        return self.sender.address.host

    def _failed(self, request: Request, why: str) -> Output:
        return answering(request, error=f"{self._host}: {self.sender.key.hidden_in(why)}", finish="failed")

    async def _answer(self, request: Request) -> Output:
        from anyio import to_thread

        body = await to_thread.run_sync(make_body, request, self.form, limiter=self.decoding)
        fields = {**body.fields, **await self._numbers(request)}
        url = f"{self.sender.address.base_url}/chat/completions"
        try:
            completion, seconds = await self.sender.ask(url, fields, read_completion)
        except Filtered:
            return answering(request, finish="refused", sent=body.sent)
        return self._output(request, body, completion, seconds)

    async def _numbers(self, request: Request) -> dict[str, Any]:
        """Fields that ask for the first tokens of the options by number, where the server can."""
        if not (scored(request) and self.form.dialect.token_ids):
            return {}
        forms = variants(request.options)
        async with self.tokenizing:
            for form in forms:
                if form not in self.first_ids:
                    self.first_ids[form] = await self._first_id(form)
        ids = sorted({id for form in forms if (id := self.first_ids[form]) is not None})
        if len(ids) > MOST_IDS:
            raise MedGaugeError(f"openai: {request.id}: {len(ids)} first tokens; a server weighs at most {MOST_IDS}")
        return {"logprob_token_ids": ids, "return_tokens_as_token_ids": True}

    async def _first_id(self, form: str) -> int | None:
        fields = {
            "model": self.form.model,
            "prompt": form,
            "add_special_tokens": False,
            "return_token_strs": True,
        }
        first, _ = await self.sender.ask(f"{self.sender.address.root}{TOKENIZE}", fields, _first)
        return first

    def _output(self, request: Request, body: Body, completion: Completion, seconds: float) -> Output:
        ledger = self.sender.ledger
        ledger.named(completion.model, completion.system_fingerprint)
        ledger.paid(completion.prompt_tokens, completion.completion_tokens)
        text, finish, written, scores = completion.text, completion.finish, completion.completion_tokens, None
        logprobs: tuple[tuple[int, float], ...] | None = ()
        if scored(request) and finish != "refused":
            scores = self._scores(request, completion)
        if scores is not None and not request.many:
            text, finish, written = best(request.options, scores), "stop", 0
        elif request.generation.logprobs and finish != "refused":
            logprobs = self._logprobs(text, completion)
            ledger.unaligned_logprobs += logprobs is None
        return answering(
            request,
            text=text,
            finish=finish,
            usage=Usage(input_tokens=completion.prompt_tokens, output_tokens=written, seconds=seconds),
            sent=body.sent,
            scores=scores,
            logprobs=logprobs or (),
        )

    def _logprobs(self, text: str, completion: Completion) -> tuple[tuple[int, float], ...] | None:
        found = aligned(text, completion.tokens)
        if found is None and any(token.wordless for token in completion.tokens):
            raise MedGaugeError(
                f"openai: {self._host} tells tokens by number alone where options are weighed, so logprobs=true has no "
                "place in the text for them; drop logprobs or scoring, or ask the model through transformers: or vllm:"
            )
        return found

    def _scores(self, request: Request, completion: Completion) -> dict[str, float]:
        first = (completion.tokens[0].top_logprobs or ()) if completion.tokens else ()
        if not first:
            raise MedGaugeError(
                f"openai: {self._host} gives no probabilities of tokens, which scoring={request.generation.scoring} "
                "needs; ask the model through transformers: or vllm:, or drop scoring"
            )
        if self.form.dialect.token_ids:
            return numbered_scores(request.options, self.first_ids, first, request.id)
        return listed_scores(request.options, first, request.id)


def _first(data: dict[str, Any]) -> int | None:
    """The number of the first token; None where that is nothing but white space, with which any word may begin."""
    ids, words = data.get("tokens"), data.get("token_strs")
    if not (isinstance(ids, list) and isinstance(words, list) and ids and words and isinstance(ids[0], int)):
        raise Rejected(f"its {TOKENIZE} tells no tokens")
    return ids[0] if str(words[0]).strip(_SPACE) else None
