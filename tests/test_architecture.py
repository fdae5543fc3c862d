"""The walls: imports go downward, rules use the desk, functions stay small, and LibCST is loaded only when needed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "async_db_lint"

# From the top: a room may import from the rooms on the floors below its own, and from nowhere else.
FLOORS = (
    {"__main__"},
    {"commands"},
    {"report"},
    {"audit", "hosts"},
    {"run"},
    {"rules", "quiet"},
    {"fixes"},
    {"rule"},
    {"project"},
    {"index", "settings", "cache"},
    {"read", "counts", "exits"},
)
PROJECT_FLOORS = (
    {"project"},
    {"loading"},
    {"effects"},
    {"engines", "sessions", "sql"},
    {"application"},
    {"surroundings"},
    {"inference", "file_roles"},
    {"libraries", "names"},
)
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" or path.parent.name == "rule")
RULES = [path for path in FILES if path.is_relative_to(PACKAGE / "rules")]
MAX_PARAMETERS = 4
MAX_LINES = 35  # of a function


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path) for path in PACKAGE.rglob("*.py")}


def imports(path: Path) -> set[str]:
    """Every module of the package that a file imports: at run time, inside functions, and for type checkers alone."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("async_db_lint"):
            for item in node.names:
                whole = f"{node.module}.{item.name}"
                found.add(whole if whole in MODULES else node.module)
    return found - {"async_db_lint"}


def id_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def climbs(path: Path, prefix: str, floors: tuple[set[str], ...]) -> Iterator[str]:
    """The imports of a file that do not go down, among the rooms below a prefix."""
    floor = {name: number for number, names in enumerate(floors) for name in names}
    inside = [module.removeprefix(prefix) for module in (module_of(path), *imports(path)) if module.startswith(prefix)]
    own, *others = (module.partition(".")[0] for module in inside)
    yield from (other for other in others if other != own and floor[other] <= floor[own])


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_imports_go_downward(path: Path) -> None:
    assert list(climbs(path, "async_db_lint.", FLOORS)) == []


@pytest.mark.parametrize("path", [path for path in FILES if "project" in path.parts], ids=id_of)
def test_imports_go_downward_inside_the_project(path: Path) -> None:
    assert list(climbs(path, "async_db_lint.project.", PROJECT_FLOORS)) == []


def circles() -> list[set[str]]:
    """The groups of modules that import each other in a circle."""
    graph = {module_of(path): imports(path) for path in PACKAGE.rglob("*.py")}
    reached = {module: reachable(module, graph) for module in graph}
    groups = {frozenset(other for other in reached[module] if module in reached[other]) for module in graph}
    return [set(group) for group in groups if group]


def reachable(start: str, graph: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    queue = [start]
    for module in queue:
        new = graph.get(module, set()) - found
        found |= new
        queue += new
    return found


def test_only_the_index_is_a_circle() -> None:
    # One data structure and one walk: a call knows its block, a block its heads, and every handler the walk.
    assert sorted(sorted(module.removeprefix("async_db_lint.index.") for module in group) for group in circles()) == [
        ["build", "convert", "statements"],
        ["expressions", "scopes"],
    ]


@pytest.mark.parametrize("path", RULES, ids=id_of)
def test_a_rule_imports_the_desk_and_nodes_only(path: Path) -> None:
    modules = {
        node.module or ""
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
    }
    allowed = {"async_db_lint.rule", "collections", "collections.abc", "typing"}
    assert {item for item in modules if not item.startswith("async_db_lint.fixes.nodes.")} <= allowed


@pytest.mark.parametrize("path", RULES, ids=id_of)
def test_a_rule_neither_imports_libcst_nor_asks_for_the_class_of_a_node(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        assert not (isinstance(node, ast.Import) and any(item.name.startswith("libcst") for item in node.names))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            assert "cst." not in ast.unparse(node.args[1]) or "sync_with" in path.name


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_functions_are_small(path: Path) -> None:
    for node in functions(path):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        count = len([item for item in arguments if item.arg not in ("self", "cls")])
        assert count <= MAX_PARAMETERS, f"{node.name} has {count} parameters"
        assert (node.end_lineno or 0) - node.lineno < MAX_LINES, f"{node.name} is too long"


def test_a_class_has_one_name() -> None:
    names = Counter(
        node.name
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


def loaded(*arguments: str, cwd: Path | None = None) -> set[str]:
    """The modules that are loaded after a command."""
    code = (
        "import sys\nfrom async_db_lint.commands.cli import main\n"
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


# What may ask the disk itself: who reads for everybody, who keeps what was remembered, who writes, and what is no part
# of a check. The rest asks `read/disk.py`, where the questions of a run that is remembered are noted.
ASK_THE_DISK = ("read/disk.py", "cache/", "fixes/write.py", "hosts/", "report/", "commands/adopt.py", "exits.py")
QUESTIONS = frozenset("is_file is_dir is_symlink exists read_bytes read_text resolve iterdir stat lstat".split())
OF_OS = re.compile(r"(?:io\.)?open|os\.(?:open|scandir|listdir|walk|stat|lstat|path\.(?:exists|isfile|isdir|realpath))")


def questions(path: Path) -> Iterator[str]:
    """What a file asks the disk: `path.exists()`, `os.scandir(path)`, `open(path)`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            is_asked = isinstance(node.func, ast.Attribute) and node.func.attr in QUESTIONS and not node.args
            if is_asked or OF_OS.fullmatch(ast.unparse(node.func)):
                yield ast.unparse(node)


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_a_run_asks_the_disk_in_one_place(path: Path) -> None:
    assert id_of(path).startswith(ASK_THE_DISK) or list(questions(path)) == []
