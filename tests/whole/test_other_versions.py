"""The proofs with the versions of libraries that messages name: each in an environment of its own.

pytest -m environments
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = [
    "aiosqlite",
    "alembic",
    "asyncpg",
    "httpx",
    "mypy",
    "psycopg[binary]",
    "psycopg2-binary",
    "pytest",
    "sqlmodel",
]
# What has nothing to do with requests is the same whatever FastAPI's version is.
OF_REQUESTS = [f"tests/proofs/test_{family}.py" for family in ("fastapi", "loading", "sessions", "transactions")]
PROOFS = {"SQLAlchemy 2.0": ["tests/proofs"], "FastAPI 0.117": OF_REQUESTS}
VERSIONS = {
    "SQLAlchemy 2.0": ["sqlalchemy[asyncio]==2.0.*", "fastapi"],
    "FastAPI 0.117": ["sqlalchemy[asyncio]", "fastapi==0.117.*"],
}


@pytest.mark.environments
@pytest.mark.parametrize("name", VERSIONS)
def test_proofs_hold_with(name: str, postgres: str, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    python = str(environment / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", *NEEDED, *VERSIONS[name]], check=True)
    variables = {**os.environ, "DATABASE_URL": postgres, "PROOFS_WITH": name}
    write = ["--write-proofs"] if os.environ.get("WRITE_PROOFS") else []
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", *PROOFS[name], *write]
    run = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
