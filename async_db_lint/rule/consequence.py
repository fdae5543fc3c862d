"""What a mistake does to those who run the service."""

from __future__ import annotations

from enum import Enum


class Consequence(Enum):
    """What happens where a rule is right, the worst first. Example: `consequence = Consequence.LOSES_DATA`."""

    LOSES_DATA = "loses or falsifies data"
    EXPOSES_DATA = "exposes data"
    HOLDS_CONNECTIONS = "leaks or holds connections"
    BLOCKS_LOOP = "blocks the event loop"
    FAILS = "fails at run time"
    COSTS = "style and cost"
