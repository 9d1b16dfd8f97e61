"""Any server that speaks OpenAI's chat completions: `openai:model@http://host:port/v1`.

Built on httpx and tenacity rather than on the `openai` package: an answer's size and content type are checked while
it comes in, every try is counted against a budget, one limiter sees every try, and no key can take another way out.
"""
