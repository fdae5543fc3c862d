"""Drivers that block the event loop when a route calls them."""

from __future__ import annotations

from pathlib import Path

from tests.projects import codes


def test_a_psycopg2_connection_in_an_async_route_blocks(tmp_path: Path) -> None:
    text = """
        import psycopg2
        from fastapi import FastAPI
        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.orm import Session
        engine = create_async_engine(URL)
        app = FastAPI()
        @app.get("/")
        async def route():
            psycopg2.connect(DSN)
    """
    assert codes(tmp_path, {"app.py": text}, "ADB101", "ADB305") == [("ADB305", "app.py", 9)]
