"""`python -m async_db_lint`."""

from __future__ import annotations

import sys


def entry() -> int:
    """Run the command line; `--version` answers before anything else is imported."""
    if sys.argv[1:] == ["--version"]:
        from async_db_lint import __version__

        print(f"async-db-lint {__version__}")
        return 0
    from async_db_lint.commands.cli import main

    return main()


if __name__ == "__main__":
    sys.exit(entry())
