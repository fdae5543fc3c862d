"""Small projects for tests: files by path, and questions about the expressions in them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

from async_db_lint.index.build import index
from async_db_lint.project import file_roles
from async_db_lint.project.libraries.versions import from_files
from async_db_lint.project.names.names import Names
from async_db_lint.project.names.places import end_of
from async_db_lint.project.names.values import Value
from async_db_lint.project.project import Project
from async_db_lint.project.surroundings import Surroundings
from async_db_lint.rule.finding import Finding
from async_db_lint.run.examine import Target
from async_db_lint.run.lint import Report, lint
from async_db_lint.settings.config import Config

DATABASE = """
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
    engine = create_async_engine(URL)
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
"""


def project(files: dict[str, str] | str, settings: dict[str, str] | None = None) -> Project:
    """A project from the texts of its files; one text alone is `app.py`."""
    texts = {"app.py": files} if isinstance(files, str) else files
    modules = {path: index(path, dedent(text).encode()) for path, text in texts.items()}
    read = tuple((settings or {}).items())
    surroundings = Surroundings(from_files(read), read)
    return Project(modules, file_roles.roles(modules, {}), Names(modules), surroundings)


def value_of(files: dict[str, str] | str, name: str = "x", path: str = "app.py") -> Value | None:
    """What the last binding of a name in a file, or in one of its functions, is."""
    found = project(files)
    module = found.modules[path]
    for scope in reversed(list(module.inner())):
        if name in scope.bindings and not (
            scope is module and len(list(module.inner())) > 1 and name not in module.bindings
        ):
            from async_db_lint.index.expressions import Name

            return found.inference.value(Name(name), end_of(scope))
    raise AssertionError(f"{name} is bound nowhere")


def described(value: Value | None) -> str | None:
    """A value in a word: its library name, or the kind and name of what the project defines."""
    if value is None:
        return None
    inner = f" of {described(value.inner)}" if value.inner is not None else ""
    return f"{value.kind.name} {value.name or getattr(value.definition, 'name', '')}".strip() + inner


def written(root: Path, files: dict[str, str]) -> Path:
    """A folder with files in it."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"))
    return root


def checked(root: Path, *select: str, **settings: Any) -> Report:
    """The report on a whole folder, by the selected rules and with other settings; no rule may fail."""
    report = lint(Target(root, [root], Config(select=select, **settings)))
    assert not report.faults, report.faults[0].trace
    return report


def findings(root: Path, files: dict[str, str], *select: str) -> list[Finding]:
    """What is found in a project that is written to a folder."""
    return list(checked(written(root, files), *select).findings)


def codes(root: Path, files: dict[str, str], *select: str) -> list[tuple[str, str, int]]:
    """Code, path and line of what is found."""
    return [(item.code, item.location.path, item.location.line) for item in findings(root, files, *select)]
