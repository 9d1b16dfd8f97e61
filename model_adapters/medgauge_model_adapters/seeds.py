"""The seed that each request draws with: one function, so that every backend repeats and differs alike."""

import hashlib

from medgauge.types import Request


def seed_of(request: Request) -> int:
    """From 0 to 2**31 - 1, which every engine takes: of the run's seed and the request's key, its trial and turn too.

    Mixed by a hash, not added up: questions of one trial share no noise, and no trial is another seed's trial again.
    """
    said = hashlib.sha256(f"{request.generation.seed}:{request.id}".encode()).digest()
    return int.from_bytes(said[:4], "little") >> 1
