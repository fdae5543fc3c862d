"""What a terminal may be sent: colours where it shows them, and no control characters of others."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import IO

# C0 and C1 controls, DEL, and the characters that turn the direction of text.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[\ud800-\udfff]")


def escaped(text: str) -> str:
    """A text that cannot move the cursor, forge a line or hide what it says."""
    return UNSAFE.sub(lambda match: match.group().encode("unicode_escape", "surrogatepass").decode(), text)


@dataclass(frozen=True, slots=True)
class Style:
    """Colours, or none."""

    is_colored: bool = False

    @staticmethod
    def chosen(choice: str, stream: IO[str]) -> Style:
        """The style for a stream: colours by choice, else as the environment says, else in a terminal."""
        if choice != "auto":
            return Style(choice == "always")
        if os.environ.get("NO_COLOR") or os.environ.get("FORCE_COLOR"):  # no-color.org and force-color.org: not empty
            return Style(not os.environ.get("NO_COLOR"))
        return Style(stream.isatty() and os.environ.get("TERM") != "dumb")

    def paint(self, text: str, code: str) -> str:
        """A text in a colour, by its ANSI number."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.is_colored and text else text
