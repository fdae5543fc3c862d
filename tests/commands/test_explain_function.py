"""What a person is told about what a function does, and when a function cannot be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from async_db_lint.commands.cli import main
from tests.projects import DATABASE, written

FILES = {
    "pyproject.toml": "",
    "app/__init__.py": "",
    "app/db.py": DATABASE,
    "app/orders.py": """
        from sqlalchemy import select

        class Orders:
            def __init__(self, session):
                self.session = session

            async def read(self, wanted):
                if wanted:
                    return await self.session.scalar(select(1))
    """,
    "app/main.py": """
        from fastapi import Depends, FastAPI
        from app.db import SessionLocal
        from app.orders import Orders

        app = FastAPI()

        async def get_db():
            async with SessionLocal() as session:
                yield session
                await session.commit()

        @app.get("/")
        async def read(db=Depends(get_db)):
            return await Orders(db).read(True)

        async def other(db, mail):
            await mail.send(db)

        async def again(db):
            await again(db)
    """,
}
READ = """app/main.py:13 read

before it, by what is injected:
  app/main.py:8  opens the session of `get_db`: `SessionLocal()`

in it:
  app/main.py:14  queries through the session of `get_db`, perhaps: `Orders(…).read(…)`
      app/orders.py:9  by `self.session.scalar(…)`

after it, by what is injected:
  app/main.py:10  commits the session of `get_db`: `session.commit()`
  app/main.py:8  closes the session of `get_db`: `SessionLocal()` at the end of its `with`

That is all it does to sessions and connections.
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)


def explained(capsys: pytest.CaptureFixture[str], function: str) -> tuple[int, str, str]:
    status = main(["explain-function", function])
    return status, *capsys.readouterr()


def test_a_route_is_explained_with_what_is_injected_around_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert explained(capsys, "app/main.py:read") == (0, READ, "")


@pytest.mark.parametrize("name", ["Orders.read", "read"])
def test_a_method_is_named_with_or_without_its_class(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, text, _ = explained(capsys, f"app/orders.py:{name}")
    assert status == 0
    assert text.startswith("app/orders.py:7 Orders.read\n\nin it:\n  app/orders.py:9  queries through the session")


@pytest.mark.parametrize(("name", "said"), [("other", "It may do more:"), ("again", "is not known")])
def test_what_is_not_known_is_said(capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    status, text, _ = explained(capsys, f"app/main.py:{name}")
    assert status == 0
    assert said in text.splitlines()[-1]


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("app/main.py:reed", "error: app/main.py: no function `reed`; did you mean `read`?"),
        ("app/none.py:read", "error: app/none.py:read: no such file; write"),
        ("read", "error: read: no such file; write"),
    ],
)
def test_a_function_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str], function: str, said: str) -> None:
    status, text, error = explained(capsys, function)
    assert (status, text) == (2, "")
    assert error.startswith(said)
