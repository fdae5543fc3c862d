"""The processor time of each stage of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time


class Stopwatch:
    """Adds up processor time, in seconds, by the name of a stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the processor time of a block to a stage."""
        start = process_time()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + process_time() - start
