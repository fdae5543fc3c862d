"""What each file is for, by its path and by what it does."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch

from async_db_lint.index.scopes import Import, Module
from async_db_lint.read.source import Role

TEST_FOLDERS = frozenset({"test", "tests", "testing"})
MIGRATION_FOLDERS = frozenset({"alembic", "migrations"})
SCRIPT_FOLDERS = frozenset({"scripts", "examples", "example", "docs", "docs_src", "benchmarks"})
APPLICATION_WORDS = frozenset({"FastAPI", "Starlette", "APIRouter", "Litestar", "Dispatcher", "FastStream", "Quart"})


def roles(modules: Mapping[str, Module], globs: Mapping[Role, Sequence[str]]) -> dict[str, Role]:
    """The role of every file; `globs` holds the configured patterns, which come first."""
    imported = _imported_names(modules)
    return {path: _role(module, globs, imported) for path, module in modules.items()}


def role_by_path(path: str, globs: Mapping[Role, Sequence[str]]) -> Role | None:
    """The role that a file's path tells, by a configured pattern or its folders; None when only its code could."""
    return _configured(path, globs) or _by_folder(path)


def _configured(path: str, globs: Mapping[Role, Sequence[str]]) -> Role | None:
    return next((role for role, patterns in globs.items() if any(fnmatch(path, item) for item in patterns)), None)


def _by_folder(path: str) -> Role | None:
    folders = set(posixpath.dirname(path).split("/"))
    if is_test(folders, posixpath.basename(path)):
        return Role.TEST
    if folders & MIGRATION_FOLDERS:
        return Role.MIGRATION
    return Role.SCRIPT if folders & SCRIPT_FOLDERS else None


def _role(module: Module, globs: Mapping[Role, Sequence[str]], imported: frozenset[str]) -> Role:
    told = _configured(module.path, globs)
    if told is not None:
        return told
    found = _by_folder(module.path)
    if found is not Role.TEST and _runs_migrations(module):
        return Role.MIGRATION
    if found is not None:
        return found
    is_script = module.has_main_guard and not (APPLICATION_WORDS & module.mentions)
    return Role.SCRIPT if is_script and stem(module.path) not in imported else Role.APPLICATION


def is_test(folders: set[str], name: str) -> bool:
    """Whether a file belongs to the tests."""
    return (
        bool(folders & TEST_FOLDERS)
        or name.startswith("test_")
        or name.endswith(("_test.py", "pytest_plugin.py"))
        or name == "conftest.py"
    )


def _runs_migrations(module: Module) -> bool:
    """Whether a file is an Alembic environment or revision."""
    return any(item.module == "alembic" and item.name in ("context", "op") for item in module.imports)


def stem(path: str) -> str:
    """The last name by which a file is imported: that of its folder for an `__init__.py`."""
    return posixpath.basename(path.removesuffix(".py").removesuffix("/__init__"))


def _imported_names(modules: Mapping[str, Module]) -> frozenset[str]:
    """The last names of the modules that files other than tests import: what others import is no script."""
    found: set[str] = set()
    for path, module in modules.items():
        if not is_test(set(posixpath.dirname(path).split("/")), posixpath.basename(path)):
            for item in module.imports:
                found.update(_last_names(item))
    return frozenset(found)


def _last_names(item: Import) -> set[str]:
    names = {item.module.rpartition(".")[2]}
    return names | {item.name} if item.name else names
