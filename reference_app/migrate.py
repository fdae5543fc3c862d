"""Applies the migrations: before the application starts, never while it does.

python -m reference_app.migrate            # to the newest revision
python -m reference_app.migrate base       # down to none
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

CONFIG = Path(__file__).with_name("alembic.ini")


def upgrade(revision: str = "head") -> None:
    """Bring the database up to a revision."""
    command.upgrade(Config(str(CONFIG)), revision)


def downgrade(revision: str = "base") -> None:
    """Take the database down to a revision."""
    command.downgrade(Config(str(CONFIG)), revision)


if __name__ == "__main__":
    (downgrade if sys.argv[1:] == ["base"] else upgrade)(*sys.argv[1:2])
