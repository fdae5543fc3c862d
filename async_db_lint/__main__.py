"""`python -m async_db_lint`, and the command `async-db-lint`."""

from __future__ import annotations

import gc
import sys


def entry() -> int:
    """Run the command line; the version, and what was remembered, need no more imports."""
    if sys.argv[1:] == ["--version"]:
        from async_db_lint import __version__

        print(f"async-db-lint {__version__}")
        return 0
    from async_db_lint.cache.results import recalled

    try:
        result = recalled(sys.argv[1:])
    except (OSError, ValueError):  # such as a current folder that is gone: the command says it better
        result = None
    if result is not None:
        return result.shown()
    from async_db_lint.commands.cli import main

    # One run, one process: what it builds is needed until the end, and looking for cycles in it, above all when the
    # process ends, takes longer than many runs. Rounds of fixes collect what a round leaves.
    gc.disable()
    status = main()
    gc.freeze()
    return status


if __name__ == "__main__":
    sys.exit(entry())
