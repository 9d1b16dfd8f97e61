"""MedGauge: evaluation of medical multimodal LLMs."""

__version__ = "0.1.0"
