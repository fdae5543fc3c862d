"""The walls: imports go downward, and LibCST is imported only when there is something to look at."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from async_db_lint.selection import all_rules

PACKAGE = Path(__file__).parent.parent / "async_db_lint"

# From the top: a module may import from its own floor and from those below.
FLOORS = (
    ("__main__", "cli", "flake8_plugin"),
    ("audits",),
    ("check", "verdicts"),
    ("changes", "mending", "old_code", "options"),
    ("fixes", "report"),
    ("audit",),
    ("engine",),
    ("judge", "reading"),
    ("unused",),
    ("selection",),
    ("rules",),
    ("disuse", "precedence"),
    ("baseline", "suppressions"),
    ("comments", "eye", "rendering"),
    ("syntax",),
    ("rule",),
    ("project",),
    ("roles", "relevance", "discovery", "config"),
    ("settings_keys",),
    ("index",),
    ("fix",),
    ("source", "exits", "wording"),
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}


def imports(path: Path) -> set[str]:
    """What a module imports at run time of the package: not what type checkers alone read."""
    tree = ast.parse(path.read_text())
    guarded = {
        id(item)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for item in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in guarded:
            if node.module == "async_db_lint":
                found |= {f"async_db_lint.{item.name}" for item in node.names if item.name in FLOOR}
            elif node.module.startswith("async_db_lint."):
                found.add(node.module)
    return found


def room(module: str) -> str:
    return module.removeprefix("async_db_lint.").partition(".")[0]


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_downward(path: Path) -> None:
    own = room("async_db_lint." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts))
    allowed_up = {"cli": {"audits", "check", "report"}}
    for module in imports(path):
        other = room(module)
        assert FLOOR[other] >= FLOOR[own] or other in allowed_up.get(own, ()), f"{path} imports {module}"


def test_rules_import_neither_each_other_nor_the_system() -> None:
    for rule in all_rules():
        source = Path(sys.modules[rule.__module__].__file__ or "").read_text()
        modules = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
        others = {other.__module__ for other in all_rules()} - {rule.__module__}
        assert not modules & others
        assert not modules & {"os", "pathlib", "sys"}


def loaded(*arguments: str, cwd: Path | None = None) -> set[str]:
    """The modules that are loaded after a command."""
    code = (
        "import sys\nfrom async_db_lint.cli import main\n"
        f"main({list(arguments)!r})\nprint(*sorted(sys.modules), sep='\\n', file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd, check=True)
    return set(run.stderr.split())


CLEAN = """
import os
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
engine = create_async_engine(os.environ["DATABASE_URL"])
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
"""


@pytest.mark.parametrize("arguments", [("--version",), ("rules",), ("rule", "ADB104"), ("rule", "echo-enabled")])
def test_explaining_needs_no_libcst(arguments: tuple[str, ...]) -> None:
    assert "libcst" not in loaded(*arguments)


def test_a_clean_project_needs_no_libcst(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(CLEAN)
    names = loaded("check", "--isolated", ".", cwd=tmp_path)
    assert "libcst" not in names
    assert "rich" not in names
    assert "pathspec" not in names


def test_a_finding_needs_it(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(CLEAN.replace("expire_on_commit=False", "expire_on_commit=True"))
    assert "libcst" in loaded("check", "--exit-zero", ".", cwd=tmp_path)
