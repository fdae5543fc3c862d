"""A progress bar for long runs in a terminal; nothing in a pipe, and nothing for a second."""

from __future__ import annotations

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

PATIENCE = 1.0  # seconds before a bar is shown


class Progress:
    """Shows how far a run is, on standard error."""

    def __init__(self, quiet: bool) -> None:
        """Show nothing when quiet, or when nobody looks."""
        self.is_shown = not quiet and sys.stderr.isatty()
        self.start = monotonic()
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, stage: str, done: int, total: int) -> None:
        """Note that `done` of `total` steps of a stage are done."""
        if not self.is_shown or monotonic() - self.start < PATIENCE:
            return
        if self._bar is None:
            self._open()
        assert self._bar is not None
        assert self._task is not None
        self._bar.update(self._task, description=stage, completed=done, total=total)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar

        self._bar = Bar(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=None)
        self._bar.start()
