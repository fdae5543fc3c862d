"""Where handlers for start-up and shutdown are registered."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.project.application.events import event_registrations
from tests.projects import project

HEAD = """
    from fastapi import APIRouter, FastAPI
    async def life(app): yield
    def f(): pass
    app, router = FastAPI(lifespan=life, on_startup=[f]), APIRouter()
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("@app.on_event('startup')\ndef g(): pass", ["on_event startup"]),
        ("@router.on_event('shutdown')\ndef g(): pass", ["on_event shutdown"]),
        (
            """
            @app.on_event('startup')
            @app.on_event('shutdown')
            def g(): pass
            """,
            ["on_event shutdown", "on_event startup"],
        ),
        ("app.add_event_handler('startup', f)", ["add_event_handler startup"]),
        ("app.add_event_handler('shutdown', unknown)", ["add_event_handler shutdown"]),
        ("router.add_event_handler(event_type='startup', func=f)", ["add_event_handler startup"]),
        ("@app.get('/')\ndef g(): pass", []),
        ("@other.on_event('startup')\ndef g(): pass", []),
        ("other.add_event_handler('startup', f)", []),
        ("app.add_event_handler('other', f)", []),
        ("app.add_event_handler(1, f)", []),
        ("app.add_event_handler(event, f)", []),
        ("", []),
    ],
)
def test_registrations_are_decorators_and_calls_on_an_application_or_router(text: str, wanted: list[str]) -> None:
    found = project({"head.py": HEAD, "app.py": f"from head import *\n{dedent(text)}"})
    assert sorted(f"{item.method} {event}" for item, event in event_registrations(found)) == wanted
