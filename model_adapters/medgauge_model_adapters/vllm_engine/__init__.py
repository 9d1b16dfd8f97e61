"""vLLM's own engine in this process: `vllm:FOLDER` or `vllm:OWNER/NAME`."""
