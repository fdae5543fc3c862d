"""How many connections a project may open, beside how many its server allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from async_db_lint.audit.entries import EngineEntry


@dataclass(frozen=True, slots=True)
class Deployment:
    """How a project runs: processes on each instance, instances, and what the server's `max_connections` is."""

    workers: int = 1
    instances: int = 1
    max_connections: int | None = None


ONE_PROCESS = Deployment()


@dataclass(frozen=True, slots=True)
class Connections:
    """The most connections of each engine in one process, and of all of them everywhere.

    `unknown` are engines whose pool has no limit, or one that the code does not tell.
    """

    engines: tuple[tuple[str, int], ...]
    unknown: tuple[str, ...]
    deployment: Deployment

    @property
    def in_a_process(self) -> int:
        """The most that one process opens, of what is known."""
        return sum(most for _, most in self.engines)

    @property
    def everywhere(self) -> int:
        """The most that all processes open."""
        return self.in_a_process * self.deployment.workers * self.deployment.instances

    @property
    def is_too_much(self) -> bool:
        """Whether the server certainly allows fewer."""
        allowed = self.deployment.max_connections
        return allowed is not None and self.everywhere > allowed


def connections(engines: Sequence[EngineEntry], deployment: Deployment) -> Connections:
    """What the engines of the application may open, those of scripts and migrations left out."""
    ours = [item for item in engines if item.is_in_application]
    known = tuple((item.name, item.most) for item in ours if item.most is not None)
    return Connections(known, tuple(item.name for item in ours if item.most is None), deployment)
