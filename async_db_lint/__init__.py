"""A linter for services on async SQLAlchemy, asyncpg and FastAPI.

Example: `for finding in async_db_lint.check("src").findings: print(finding.code, finding.location.line)`.
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__", "check"]

TYPE_CHECKING = False  # `typing` takes longer to import than a run that was remembered
if TYPE_CHECKING:
    from pathlib import Path

    from async_db_lint.run.lint import Report


def check(path: str | Path) -> Report:
    """What is found in a project, or in a part of it, with the project's own settings.

    Takes a file or folder; the whole project around it is read, and what lies in it is reported. Nothing is printed,
    written or remembered. Raises MissingPath (`async_db_lint.read.discovery`) where there is nothing, and ConfigError
    (`async_db_lint.settings.keys`) for settings that cannot be used.
    """
    from pathlib import Path

    from async_db_lint.read.discovery import find_root
    from async_db_lint.run.examine import Target
    from async_db_lint.run.lint import lint
    from async_db_lint.settings.load import load

    root = find_root(Path(path))
    return lint(Target(root, [Path(path)], load(root)))
