"""What the rules about engines make of drivers and synchronous engines in real projects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import codes, findings


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        ("sqlalchemy>=2.1", "means psycopg 3 in SQLAlchemy 2.1"),
        ("sqlalchemy>=2.0,<2.1", "means psycopg2 in SQLAlchemy 2.0"),
        ("sqlalchemy>=2.0", "SQLAlchemy 2.0 takes psycopg2 and fails, 2.1 silently takes psycopg 3"),
    ],
)
def test_the_message_about_a_driver_is_of_the_projects_version(tmp_path: Path, versions: str, sentence: str) -> None:
    text = """
        from sqlalchemy.ext.asyncio import create_async_engine
        create_async_engine(url='postgresql://h')
    """
    files = {"app.py": text, "requirements.txt": f"{versions}\n"}
    found = findings(tmp_path, files, "ADB102")
    assert [sentence in item.message for item in found] == [True]


def test_an_only_engine_that_is_synchronous_is_the_one_finding(tmp_path: Path) -> None:
    text = """
        from fastapi import FastAPI
        from sqlalchemy import create_engine
        from sqlalchemy.orm import sessionmaker
        engine = create_engine(URL)
        Session = sessionmaker(engine)
        app = FastAPI()
        @app.get("/")
        async def route():
            with Session() as session:
                session.execute(query)
    """
    assert codes(tmp_path, {"app.py": text}) == [("ADB103", "app.py", 4)]
