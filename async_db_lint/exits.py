"""How the command ends, which users may rely on, and what its output needs before and after."""

from __future__ import annotations

import io
import os
import sys

CLEAN = 0  # nothing at or above the severity that was asked for
FOUND = 1  # something
FAILED = 2  # the tool could not do its work


def prepare_output() -> None:
    """Let a terminal that cannot show a character show its number, and write UTF-8 into files and pipes.

    Programs read those, and on Windows Python would write the console's encoding.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if not stream.isatty():
                stream.reconfigure(encoding="utf-8")


def output_closed() -> int:
    """Let nothing fail any more because nobody reads what is printed; returns the exit status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED
