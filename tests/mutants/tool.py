"""ADB9xx."""

from __future__ import annotations

from tests.mutants.change import Change
from tests.mutants.engines import DATABASE
from tests.mutants.mutants import Mutant

MUTANTS = [
    Mutant(
        "a file that was saved half-way",
        "ADB900",
        (),
        ("services/jobs.py", "async def cancel("),
        raw=("services/jobs.py", "\n\nasync def cancel(order_id: int\n"),
    ),
    Mutant(
        "an unresolved merge",
        "ADB900",
        (),
        ("repositories/books.py", "<<<<<<<"),
        raw=("repositories/books.py", "\n\n<<<<<<< HEAD\nLIMIT = 20\n=======\nLIMIT = 50\n>>>>>>> feature\n"),
    ),
    Mutant(
        "a suppression that outlived its mistake",
        "ADB901",
        (
            Change(
                DATABASE,
                "SessionLocal = async_sessionmaker(engine, expire_on_commit=False)",
                "SessionLocal = async_sessionmaker(engine, expire_on_commit=False)  # noqa: ADB202",
            ),
        ),
        (DATABASE, "# noqa: ADB202"),
        behaves=False,
    ),
    Mutant(
        "a suppression of our own that outlived its mistake",
        "ADB901",
        (
            Change(
                "services/catalogue.py",
                "customer = await self.customers.get(key)",
                "customer = await self.customers.get(key)  # adb: ignore[missing-await]",
            ),
        ),
        ("services/catalogue.py", "adb: ignore[missing-await]"),
        behaves=False,
    ),
]
