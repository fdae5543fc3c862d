"""Times whole commands against ruff's, in turn, and writes the tables of docs/performance.md.

    python -m tests.benchmarks.run [--runs 5] [--write]

Processor seconds of whole processes (user and system), and the medians of the ratios of pairs: the machine may be
noisy, its ratios are not. The packages are those of tests/ecosystem, unpacked and never run. It takes some minutes.
"""

from __future__ import annotations

import argparse
import compileall
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import async_db_lint
from tests.benchmarks.generated import SHAPES, made
from tests.ecosystem.run import CACHE, unpacked

PACKAGES = (
    *("arize-phoenix==20.26.1", "open-webui==0.12.4", "prefect==3.9.1"),
    *("langflow-base==1.13.0", "apache-airflow-core==3.3.2"),
)
OURS = [sys.executable, "-m", "async_db_lint", "check", "--isolated", "--root", ".", "--exit-zero", "-q"]
RUFF = [str(Path(sys.executable).with_name("ruff")), "check", "--isolated", "--select", "ASYNC,FAST,F", "-q"]
RUFF += ["--exit-zero", "."]
NO_CACHE = "--no-cache"
PAGE = Path(__file__).parent.parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


def seconds(command: Sequence[str], folder: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def peak(command: Sequence[str], folder: Path) -> float:
    """The most memory that a command uses, in megabytes."""
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
    code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    run = subprocess.run([sys.executable, "-c", code, *command], cwd=folder, capture_output=True, text=True, check=True)
    return float(run.stdout)


def pairs(one: Callable[[], float], other: Callable[[], float], runs: int) -> tuple[float, float, float]:
    """The median seconds of two things that are done in turn, and of their ratios."""
    one(), other()
    rows = [(one(), other()) for _ in range(runs)]
    first, second = (statistics.median(column) for column in zip(*rows, strict=True))
    return first, second, statistics.median(row[0] / row[1] for row in rows)


def shown(row: tuple[float, float, float]) -> str:
    return f"{row[0]:.2f} s, {row[2]:.1f}x"


def of_package(requirement: str, folder: Path, runs: int) -> str:
    """A row of the table: cold, warm with nothing changed, warm with one file changed, memory."""
    cold = pairs(lambda: seconds([*OURS, NO_CACHE], folder), lambda: seconds([*RUFF, NO_CACHE], folder), runs)
    warm = pairs(lambda: seconds(OURS, folder), lambda: seconds(RUFF, folder), runs)
    largest = max(folder.rglob("*.py"), key=lambda path: path.stat().st_size)

    def changed() -> float:
        largest.write_text(f"{largest.read_text()}# changed\n")
        return seconds([*OURS, str(largest)], folder)

    one = pairs(changed, lambda: seconds(RUFF, folder), runs)
    memory = peak([*OURS, NO_CACHE], folder)
    return f"| {requirement} | {shown(cold)} | {warm[0]:.3f} s, {warm[2]:.2f}x | {one[0]:.2f} s | {memory:.0f} MB |"


def of_shape(shape: str, runs: int) -> str:
    """A row of the table: the whole, and how much longer it takes than an eighth of it."""
    with tempfile.TemporaryDirectory() as folder:
        whole, eighth = made(Path(folder, "whole"), shape), made(Path(folder, "eighth"), shape, 1 / 8)
        command = [*OURS, NO_CACHE]
        row = pairs(lambda: seconds(command, whole), lambda: seconds(command, eighth), runs)
        return f"| {shape} | {row[0]:.2f} s | {row[2]:.1f}x | {peak(command, whole):.0f} MB |"


def tables(runs: int) -> Iterator[str]:
    yield "| package | no cache, and beside ruff without cache | nothing changed, and beside ruff's cache "
    yield "| the largest file changed | most memory |\n| --- | --- | --- | --- | --- |\n"
    with tempfile.TemporaryDirectory() as folder:
        for requirement in PACKAGES:
            copy = Path(folder, requirement)
            shutil.copytree(unpacked(requirement, CACHE), copy)
            yield f"{of_package(requirement, copy, runs)}\n"
    yield "\n| made to be slow | no cache | beside an eighth of it | most memory |\n| --- | --- | --- | --- |\n"
    for shape in SHAPES:
        yield f"{of_shape(shape, runs)}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    options = parser.parse_args()
    compileall.compile_dir(Path(async_db_lint.__file__).parent, quiet=1)
    found = ""
    for text in tables(options.runs):
        print(text, end="", flush=True)
        found += text
    if options.write:
        head, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(f"{head}{BEGIN}{found}{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
