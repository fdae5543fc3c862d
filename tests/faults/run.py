"""Measures every fault on the reference application, and on one made of the guide's snippets.

python -m tests.faults.run                     # prints the table: some five minutes
python -m tests.faults.run --write             # and writes it into docs/reliability.md
python -m tests.faults.run restart crash       # some of the faults
python -m tests.faults.run --clients 200 --workers 2
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator

from tests.faults.application import GUIDE, REFERENCE, ROOT
from tests.faults.faults import FAULTS, OF_REFERENCE, Fault
from tests.faults.measure import Seen, seen
from tests.faults.server import durable_server

PAGE = ROOT / "docs" / "reliability.md"
START, END = "<!-- faults: generated -->\n", "<!-- end of faults -->"
HEAD = (
    "| fault | application | answers | 503 | other 5xx | broken off | orders lost | books with wrong stock "
    "| never confirmed | `/health/live`, longest | `/health`, longest | seconds to end | connections left |"
)


def main() -> None:
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*", help="their names; all of them by default")
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", choices=("reference", "guide"))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    chosen = [fault for fault in FAULTS if not options.faults or fault.__name__ in options.faults]
    names = {None: [REFERENCE, GUIDE], "reference": [REFERENCE], "guide": [GUIDE]}[options.only]
    rows = [HEAD, "|" + "---|" * (HEAD.count("|") - 1)]
    print("\n".join(rows), flush=True)
    for row in measured(chosen, names, options.clients, options.workers):
        rows.append(row)
        print(row, flush=True)
    if options.write:
        text = PAGE.read_text()
        before, after = text.split(START)[0], text.split(END)[1]
        PAGE.write_text(before + START + "\n".join(rows) + "\n" + END + after)


def measured(faults: list[Fault], names: list[str], clients: int, workers: int) -> Iterator[str]:
    """A row of the table for each fault and application."""
    for fault in faults:
        for name in [item for item in names if item == REFERENCE or fault not in OF_REFERENCE]:
            with durable_server() as server:
                yield row_of(fault, name, asyncio.run(seen(server, name, fault, clients, workers)))


def row_of(fault: Fault, name: str, found: Seen) -> str:
    """One row."""
    told, damage = found.told, found.damage
    cells = [
        fault.__name__.replace("_", " "),
        "reference" if name == REFERENCE else "guide",
        told.answered,
        told.refused,
        told.failed,
        told.answers["broken"],
        damage.lost_orders,
        damage.wrong_stock,
        damage.unconfirmed,
        f"{max(told.live, default=0):.2f} s",
        f"{max(told.ready, default=0):.2f} s",
        f"{found.seconds_to_end:.1f}",
        found.connections_left,
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main()
