"""Changes one small thing in a rule or in the project's model at a time, and looks whether a test notices.

    python -m tests.mutation                # 100 changes, two at a time; notes each in mutation.txt, in the current folder
    python -m tests.mutation 40 7           # 40 changes, chosen by another seed
    python -m tests.mutation 20 1 loop.py   # in the files whose path ends so
    python -m tests.mutation 20 1 loop.py tests/project/application     # with these tests rather than the quick ones

A change is an operator, a condition that is dropped, a `not`, a guard, or a `return`. What survives is a decision
that no test holds. Works on copies, never on this checkout.
"""

from __future__ import annotations

import ast
import copy
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PLACES = ("async_db_lint/rules", "async_db_lint/project")
QUICK = ["-m", "quick"]
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider"]
IGNORED = shutil.ignore_patterns(".git", "__pycache__", ".venv", "*_cache", "*.egg-info")
MOST_IN_FILE = 3
WAYS = 4  # to change a node, see `_change`
SECONDS = 300
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


class Mutation(NamedTuple):
    """A file, the line that is changed, what is done there, and the file's new text."""

    path: str
    line: int
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def places(text: str) -> list[tuple[int, int]]:
    """Where a file can be changed: the number of a node in the order of `ast.walk`, and the way to change it."""
    nodes = enumerate(ast.walk(ast.parse(text)))
    return [(number, way) for number, node in nodes for way in range(WAYS) if _change(copy.copy(node), way)]


def mutation(path: str, text: str, place: tuple[int, int]) -> Mutation:
    """A file with one change."""
    tree = ast.parse(text)
    number, way = place
    node = next(item for at, item in enumerate(ast.walk(tree)) if at == number)
    what = _change(node, way)
    return Mutation(path, getattr(node, "lineno", 0), what, ast.unparse(ast.fix_missing_locations(tree)))


def _change(node: ast.AST, way: int) -> str:
    """Change a node in place; returns what was done, and nothing where that way does not fit."""
    match node, way:
        case ast.Compare(ops=[operator]), 0 if type(operator) in SWAPPED:
            node.ops = [SWAPPED[type(operator)]()]  # type: ignore[list-item]
            return f"{type(operator).__name__} becomes {type(node.ops[0]).__name__}"
        case ast.BoolOp(op=operator), 0:
            node.op = SWAPPED[type(operator)]()  # type: ignore[assignment]
            return f"{type(operator).__name__} becomes {type(node.op).__name__}"
        case ast.BoolOp(values=[_, _, *_]), (1 | 2):
            gone = node.values[0 if way == 1 else -1]
            node.values = node.values[1:] if way == 1 else node.values[:-1]
            return f"condition dropped: {ast.unparse(gone)}"
        case ast.UnaryOp(op=ast.Not()), 0:
            node.op = ast.UAdd()
            return _replaced_not(node)
        case ast.If(body=[ast.Return() | ast.Continue()], orelse=[]), 3:
            head = ast.unparse(node.test)
            node.body = [ast.Pass()]
            return f"guard dropped: {head}"
        case ast.Return(value=ast.Constant(bool(value))), 0:
            node.value = ast.Constant(not value)
            return f"returns {not value}"
        case ast.Return(value=ast.expr() as value), 0 if not (isinstance(value, ast.Constant) and value.value is None):
            node.value = ast.Constant(None)
            return "returns None"
    return ""


def _replaced_not(node: ast.UnaryOp) -> str:
    node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
    return f"not dropped: {ast.unparse(node.operand.operand)}"


def chosen(count: int, seed: int, ending: str) -> list[Mutation]:
    """Some changes, at most a few in a file."""
    found: list[tuple[Path, tuple[int, int]]] = []
    chance = random.Random(seed)
    for folder in PLACES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name != "library_data.py" and str(path).endswith(ending):
                every = places(path.read_text())
                most = len(every) if ending else MOST_IN_FILE
                found += [(path, place) for place in chance.sample(every, min(most, len(every)))]
    some = chance.sample(found, min(count, len(found)))
    return [mutation(path.relative_to(ROOT).as_posix(), path.read_text(), place) for path, place in some]


def survives(mutation: Mutation, copy_of_root: Path, tests: list[str]) -> bool:
    """Whether the tests pass with a change; one that never ends is noticed too."""
    target = copy_of_root / mutation.path
    before = target.read_text()
    target.write_text(mutation.text)
    try:
        command = [sys.executable, "-B", "-m", "pytest", *tests, *OPTIONS]
        run = subprocess.run(command, cwd=copy_of_root, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return False
    finally:
        target.write_text(before)
    return run.returncode == 0


def main() -> int:
    count, seed = (int(item) for item in (*sys.argv[1:3], *("100", "1")[len(sys.argv[1:3]) :]))
    ending = sys.argv[3] if len(sys.argv) > 3 else ""
    todo = chosen(count, seed, ending)
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool, open("mutation.txt", "w") as notes:
        copies: Queue[Path] = Queue()
        for name in ("one", "two"):
            copies.put(Path(shutil.copytree(ROOT, Path(scratch) / name, ignore=IGNORED)))

        def tried(mutation: Mutation) -> bool:
            folder = copies.get()
            try:
                return survives(mutation, folder, sys.argv[4:] or QUICK)
            finally:
                copies.put(folder)

        survived = 0
        for mutation, alive in zip(todo, pool.map(tried, todo), strict=True):
            survived += alive
            print(f"{'survives' if alive else 'killed':9} {mutation}", file=notes, flush=True)
            if alive:
                print(mutation, flush=True)
    print(f"{survived} of {len(todo)} survive")
    return 0


if __name__ == "__main__":
    sys.exit(main())
