"""Checks pinned packages from the index and compares the findings with a committed list.

    python tests/ecosystem/run.py              # compare
    python tests/ecosystem/run.py --write      # write the list anew: then read every line that is new
    python tests/ecosystem/run.py prefect      # one package

The packages are downloaded and unpacked, never installed or run. Each line of `findings.txt` is a
finding and, after a `|`, why it is true; a finding that nobody has read has no reason, and is an error.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
EXPECTED = HERE / "findings.txt"
PACKAGES = HERE / "packages.txt"
CACHE = Path(tempfile.gettempdir()) / "async-db-lint-ecosystem"
# A package with more findings than this of one rule has one line for all of them, with their number.
MANY = 15


def packages() -> list[str]:
    return [line for line in PACKAGES.read_text().split("\n") if line and not line.startswith("#")]


def unpacked(requirement: str, cache: Path) -> Path:
    folder = cache / requirement
    if not folder.is_dir():
        wheels = cache / "wheels" / requirement
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*command, "-d", str(wheels), requirement], check=True)
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
            wheel.extractall(folder)
    return folder


def found_in(requirement: str, folder: Path) -> list[str]:
    command = [sys.executable, "-m", "async_db_lint", "check", "--isolated", "--root", ".", "--exit-zero"]
    run = subprocess.run([*command, "--output-format", "json"], cwd=folder, capture_output=True, text=True, check=True)
    rows = json.loads(run.stdout)
    lines: list[str] = []
    for code in sorted({row["code"] for row in rows}):
        of_code = [row for row in rows if row["code"] == code]
        if len(of_code) > MANY:
            lines.append(f"{requirement} {code} {len(of_code)} findings")
        else:
            lines += [f"{requirement} {code} {row['path']}:{row['line']}" for row in of_code]
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--cache", type=Path, default=CACHE)
    options = parser.parse_args()
    known: dict[str, str] = {}
    for line in EXPECTED.read_text().splitlines() if EXPECTED.exists() else ():
        finding, _, reason = line.partition(" | ")
        known[finding] = reason
    chosen = [item for item in packages() if not options.only or any(item.startswith(name) for name in options.only)]
    found: list[str] = []
    for requirement in chosen:
        lines = found_in(requirement, unpacked(requirement, options.cache))
        print(f"{requirement}: {len(lines)}", file=sys.stderr)
        found += lines
    if options.write:
        EXPECTED.write_text("".join(f"{line} | {known.get(line, '')}\n" for line in found))
    expected = {line for line in known if line.partition(" ")[0] in chosen}
    for line in sorted(expected - set(found)):
        print(f"- {line}")
    for line in sorted(set(found) - expected):
        print(f"+ {line}")
    unread = [line for line in found if not known.get(line)]
    for line in unread:
        print(f"unread: {line}")
    return int(expected != set(found) or bool(unread))


if __name__ == "__main__":
    sys.exit(main())
