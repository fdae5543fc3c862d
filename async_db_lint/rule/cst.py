"""LibCST, loaded when the first of its names is used.

A rule writes `cst.Call` wherever it likes; a run that finds nothing to look at never imports the library, which
takes half a second. Type checkers see LibCST itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from libcst import *  # noqa: F403  # every name of LibCST
else:

    def __getattr__(name: str) -> object:
        import libcst

        value = getattr(libcst, name)
        globals()[name] = value
        return value
