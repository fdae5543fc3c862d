"""What the name of a file or folder says about it."""

from __future__ import annotations

CACHE = ".async_db_lint_cache"  # where we keep what is remembered of a project
PRUNED = frozenset(
    """
    .git .hg .svn .venv venv .tox .nox .eggs __pycache__ node_modules site-packages
    .mypy_cache .pytest_cache .ruff_cache .hypothesis .ipynb_checkpoints
    """.split()
) | {CACHE}
LISTS = frozenset(("pyproject.toml", "uv.lock", "poetry.lock", "pdm.lock", "alembic.ini", "METADATA"))
MARKS = frozenset(("pyvenv.cfg", ".gitignore"))  # files that say something about their folder


def is_python(name: str) -> bool:
    """Whether a file holds Python."""
    return name.endswith(".py")


def is_sql(name: str) -> bool:
    """Whether a file holds SQL, which is read when it is asked for."""
    return name.endswith(".sql")


def is_settings(path: str) -> bool:
    """Whether a file says which versions of libraries a project uses, that it has migrations, or what tables it has."""
    folder, _, name = path.rpartition("/")
    if is_sql(name) or name in LISTS:
        return True
    return name.endswith(".txt") and (folder.rpartition("/")[2] == "requirements" or name.startswith("requirements"))


def may_matter(name: str) -> bool:
    """Whether a file with this name, in whatever folder, may change what is found in a project."""
    return is_python(name) or name in MARKS or is_settings(f"requirements/{name}")
