"""Times the whole command on an unpacked package, and ruff beside it, in turn.

    python tests/benchmarks/run.py FOLDER [--runs 7]

Prints processor seconds (user and system, of the whole process) and the median of the ratios of each
pair: the machine may be noisy, its ratios are not. One process, no cache. Bytecode is written first, as
pip does when it installs a package.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import async_db_lint

OURS = [sys.executable, "-m", "async_db_lint", "check", "--isolated", "--root", ".", "--exit-zero", "-q"]
RUFF = ["ruff", "check", "--no-cache", "--isolated", "--select", "ASYNC,FAST,F", "-q", "--exit-zero", "."]


def seconds(command: list[str], folder: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def pairs(one: list[str], other: list[str], folder: Path, runs: int) -> tuple[float, float, float]:
    seconds(one, folder), seconds(other, folder)
    rows = [(seconds(one, folder), seconds(other, folder)) for _ in range(runs)]
    ratio = statistics.median(first / second for first, second in rows)
    return statistics.median(row[0] for row in rows), statistics.median(row[1] for row in rows), ratio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    compileall.compile_dir(Path(async_db_lint.__file__).parent, quiet=1)
    ruff = [str(Path(sys.executable).with_name("ruff")), *RUFF[1:]]
    ours, theirs, ratio = pairs(OURS, ruff, options.folder, options.runs)
    print(f"whole command: {ours:.2f} s, ruff {theirs:.2f} s, ratio {ratio:.1f} (at most 8)")
    version, nothing, ratio = pairs(
        [sys.executable, "-m", "async_db_lint", "--version"],
        [sys.executable, "-c", "pass"],
        Path(os.curdir),
        options.runs,
    )
    print(f"--version: {version * 1000:.0f} ms, python -c pass {nothing * 1000:.0f} ms, ratio {ratio:.1f} (at most 3)")
    code = (
        "import json, resource, sys, time\nfrom pathlib import Path\n\n"
        "from async_db_lint.run.examine import Target\nfrom async_db_lint.run.lint import lint\n"
        "report = lint(Target(Path('.').resolve(), [Path('.')]))\n"
        "print(json.dumps([report.seconds['parse and index'], report.lines, "
        "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=options.folder, capture_output=True, text=True, check=True)
    spent, lines, megabytes = json.loads(run.stdout)
    print(f"parse and index: {spent / lines * 1e6:.1f} µs a line over {lines} lines (at most 20)")
    print(f"memory: {megabytes:.0f} MB (less than 300)")


if __name__ == "__main__":
    main()
