"""Projects made to be slow: the shapes in which a linter that is quadratic somewhere shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

HEAD = """\
from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

engine = create_async_engine("postgresql+asyncpg://db/shop")
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
"""
DEPENDENCY = """

async def get_session():
    async with SessionLocal() as session:
        yield session
"""


def importing_each_other(count: int) -> dict[str, str]:
    """Modules of which each imports the next three, in a circle, and calls them with a session."""
    files = {"app/database.py": HEAD + DEPENDENCY}
    for number in range(count):
        others = [(number + step) % count for step in (1, 2, 3)]
        lines = [f"from app.part{other} import work{other}" for other in others]
        lines += ["", "", f"async def work{number}(session, depth):", "    if depth:"]
        lines += [f"        await work{other}(session, depth - 1)" for other in others]
        lines += ["    await session.flush()", ""]
        files[f"app/part{number}.py"] = "from sqlalchemy.ext.asyncio import AsyncSession\n" + "\n".join(lines)
    return files


def routes(count: int) -> dict[str, str]:
    """Routes, thirty in a file, of which each has a router of its own that is included."""
    files = {"app/database.py": HEAD + DEPENDENCY}
    for start in range(0, count, 30):
        lines = ["from fastapi import APIRouter, Depends", "from sqlalchemy.ext.asyncio import AsyncSession",
                 "from app.database import get_session", "outer = APIRouter()"]  # fmt: skip
        for number in range(start, min(start + 30, count)):
            lines += ["", f"router{number} = APIRouter()", f"outer.include_router(router{number})", ""]
            lines += [f'@router{number}.get("/{number}")']
            lines += [f"async def route{number}(session: AsyncSession = Depends(get_session)):"]
            lines += ["    return await session.scalar(select(1))", ""]
        files[f"app/routes{start}.py"] = "\n".join(lines)
    return files


def one_file(lines: int) -> dict[str, str]:
    """One file of many functions, which call each other in a row."""
    parts = [HEAD]
    for number in range(lines // 5):
        parts.append(
            f"\n\nasync def step{number}(session: AsyncSession):\n    await session.execute(select({number}))\n"
            f"    await step{number + 1}(session)\n"
        )
    return {"app/database.py": "".join(parts)}


def findings(count: int) -> dict[str, str]:
    """Lost writes, fifty in a file."""
    body = "".join(f"    session.commit()  # {number}\n" for number in range(50))
    head = "from sqlalchemy.ext.asyncio import AsyncSession\n\n\nasync def run(session: AsyncSession):\n"
    files = {"app/database.py": HEAD}
    return files | {f"app/part{number}.py": head + body for number in range(count // 50)}


SHAPES: Mapping[str, tuple[Callable[[int], dict[str, str]], int]] = {
    "2,000 modules that import each other": (importing_each_other, 2000),
    "3,000 routes": (routes, 3000),
    "one file of 20,000 lines": (one_file, 20_000),
    "2,000 findings": (findings, 2000),
}


def made(root: Path, shape: str, part: float = 1) -> Path:
    """A project of a shape below a folder; of `part` of its size."""
    make, size = SHAPES[shape]
    for path, text in make(int(size * part)).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root
