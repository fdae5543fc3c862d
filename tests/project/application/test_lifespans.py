"""Where the start and the end of the one application are written, or can be."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.scopes import Function
from async_db_lint.project.application.lifespans import can_define_lifespan, handlers_of, home_of, only_application
from async_db_lint.project.names.quoted_code import spelled
from async_db_lint.project.project import Project
from tests.project.inference.parts import call, function
from tests.projects import project

HEAD = "from fastapi import APIRouter, FastAPI\n"


def of(text: str, **others: str) -> Project:
    """A project of files that know FastAPI; `db="…"` is a file `db.py` beside `app.py`."""
    return project({f"{path}.py": HEAD + dedent(item) for path, item in {"app": text, **others}.items()})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("app = FastAPI(1)", "FastAPI(1)"),
        ("def make(): return FastAPI()", "FastAPI()"),
        ("app, other = FastAPI(1), FastAPI(2)", None),
        ("from starlette.applications import Starlette\napp = Starlette()", None),
        ("class App(FastAPI): pass\napp = App()", None),
        ("router = APIRouter()", None),
        ("app = FastAPI(1)\napp.router.lifespan_context = life", None),
        ("app = FastAPI(1)\napp.lifespan = life", "FastAPI(1)"),
    ],
)
def test_the_one_application_is_made_by_fastapi(text: str, wanted: str | None) -> None:
    maker = only_application(of(text))
    assert (None if maker is None else spelled(maker)) == wanted


@pytest.mark.parametrize("path", ["tests/app", "scripts/app"])
def test_makers_of_tests_and_scripts_do_not_count(path: str) -> None:
    assert only_application(of("", **{path: "FastAPI(2)"})) is None
    maker = only_application(of("FastAPI(1)", **{path: "FastAPI(2)"}))
    assert maker is not None
    assert maker.path == "app.py"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("from fastapi import FastAPI\nFastAPI()", True),
        ("import fastapi\nfastapi.FastAPI()", False),
        ("from fastapi import FastAPI as Api\nApi()", False),
        (
            """
            from fastapi import FastAPI
            lifespan = None
            FastAPI()
            """,
            False,
        ),
        (
            """
            from fastapi import FastAPI
            from other import lifespan
            FastAPI()
            """,
            False,
        ),
        ("from fastapi import FastAPI\ndef make(lifespan): return FastAPI()", True),
    ],
)
def test_a_lifespan_can_be_defined_where_its_name_is_free(text: str, wanted: bool) -> None:
    maker = only_application(project(text))
    assert maker is not None
    assert can_define_lifespan(maker) is wanted


LIFE = "async def life(app): yield\n"


def home(text: str, **others: str) -> tuple[str, str | None] | None:
    """The file and the lifespan of the one application's home."""
    answer = home_of(of(text, **others))
    return None if answer is None else (answer.path, answer.lifespan.name if answer.lifespan else None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("app = FastAPI()", ("app.py", None)),
        ("def make(): return FastAPI()", ("app.py", None)),
        (f"{LIFE}app = FastAPI(lifespan=life)", ("app.py", "life")),
        (f"{LIFE}app = FastAPI(lifespan=life, **options)", ("app.py", "life")),
        (f"{LIFE}app = FastAPI()\nrouter = APIRouter(lifespan=life)", None),
        (f"{LIFE}app = FastAPI(lifespan=life)\nrouter = APIRouter(lifespan=life)", None),
        ("app = FastAPI(lifespan=unknown)", None),
        ("app = FastAPI(lifespan=None)", None),
        ("app = FastAPI(**options)", None),
        (
            """
            app = FastAPI()
            @app.on_event('shutdown')
            def stop(): pass
            """,
            None,
        ),
        (
            """
            app = FastAPI()
            @app.on_event('startup')
            def start(): pass
            """,
            None,
        ),
        ("app = FastAPI()\napp.add_event_handler('startup', unknown)", None),
        ("app = FastAPI()\nother.on_event('startup')", None),
        ("app = FastAPI(on_startup=[start])", None),
        ("def stop(): pass\napp = FastAPI(on_shutdown=[stop])", None),
        ("def start(): pass\napp = FastAPI(on_startup=[start])", None),
        ("app, other = FastAPI(), FastAPI()", None),
        ("", None),
    ],
)
def test_the_home_is_the_lifespan_or_the_file_of_the_one_application(
    text: str, wanted: tuple[str, str | None] | None
) -> None:
    assert home(text) == wanted


def test_the_home_is_the_file_that_holds_the_lifespan() -> None:
    assert home("from life import life\napp = FastAPI(lifespan=life)", life=LIFE) == ("life.py", "life")
    assert home("from life import life\napp = FastAPI()", life=LIFE) == ("app.py", None)


def test_a_home_knows_the_call_that_makes_the_application() -> None:
    found = of("app = FastAPI()")
    answer = home_of(found)
    assert answer is not None
    assert answer.maker is call(found, "FastAPI")


def names(functions: tuple[Function, ...]) -> list[str]:
    return [item.name for item in functions]


def handlers(text: str, **others: str) -> tuple[str | None, list[str], list[str]] | None:
    """The lifespan and the handlers for start-up and shutdown, where all of them can be moved."""
    answer = handlers_of(of(text, **others))
    if answer is None:
        return None
    life = answer.lifespan.name if answer.lifespan else None
    return life, names(answer.starts), names(answer.stops)


START = "@app.on_event('startup')\nasync def start(): pass\n"
STOP = "@app.on_event('shutdown')\ndef stop(): pass\n"
APP = "app = FastAPI()\n"
OWN = f"{LIFE}app = FastAPI(lifespan=life)\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (APP + START + STOP, (None, ["start"], ["stop"])),
        (APP + STOP, (None, [], ["stop"])),
        (APP + START + START.replace("start()", "more()"), (None, ["start", "more"], [])),
        (OWN + START, ("life", ["start"], [])),
        (APP, None),
        (OWN, None),
        (START, None),
    ],
)
def test_handlers_are_known_when_all_stand_beside_the_application(
    text: str, wanted: tuple[str | None, list[str], list[str]] | None
) -> None:
    assert handlers(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        f"app = FastAPI(**options)\n{START}",
        f"app = FastAPI(on_startup=[first])\n{START}",
        f"app = FastAPI(on_shutdown=[first])\n{START}",
        f"app = FastAPI(lifespan=unknown)\n{START}",
        f"{LIFE}app = FastAPI(lifespan=unknown)\nrouter = APIRouter(lifespan=life)\n{START}",
        f"{APP}other = FastAPI()\n{START}",
        """
        class Holder: app = APIRouter()
        app = FastAPI()
        @Holder.app.on_event("startup")
        def start(): pass
        """,
        """
        def make():
            global app
            app = FastAPI()
        make()
        @app.on_event("startup")
        def start(): pass
        """,
        f"{APP}{START}{STOP.replace('stop()', 'start()')}",
        f"{APP}{START}start = None\n",
        """
        app = FastAPI()
        if URL:
            @app.on_event('startup')
            def start(): pass
        """,
        f"{APP}@app.on_event('startup')\ndef start(app): pass\n",
        """
        app = FastAPI()
        class A:
            @app.on_event('startup')
            def start(): pass
        """,
        f"{APP}router = APIRouter()\n{START}{STOP.replace('app', 'router')}",
        f"{APP}def first(): pass\n{START}app.add_event_handler('startup', first)\n",
        f"{APP}{START}app.add_event_handler('startup', unknown)\n",
        f"{APP}{START}other.on_event('startup')\n",
        f"{APP}{LIFE}{START}router = APIRouter(lifespan=life)\n",
        f"{OWN}{START}router = APIRouter(lifespan=life)\n",
        """
        async def life(app):
            start = 1
            yield
        app = FastAPI(lifespan=life)
        @app.on_event('startup')
        def start(): pass
        """,
        """
        def make():
            app = FastAPI()
            @app.on_event('startup')
            def start(): pass
        """,
    ],
)
def test_handlers_that_cannot_all_be_moved_are_left_alone(text: str) -> None:
    assert handlers(text) is None


def test_handlers_of_another_file_are_left_alone() -> None:
    assert handlers(APP + START, other=f"from app import app\n{STOP}") is None
    assert handlers(APP, other=f"from app import app\n{STOP}") is None


def test_a_lifespan_of_another_file_is_left_alone() -> None:
    text = """
        from life import life
        app = FastAPI(lifespan=life)
        @app.on_event("startup")
        def start(): pass
    """
    assert handlers(text, life=LIFE) is None


def test_handlers_know_the_call_that_makes_the_application() -> None:
    found = of(APP + START)
    answer = handlers_of(found)
    assert answer is not None
    assert answer.maker is call(found, "FastAPI")
    assert answer.starts == (function(found, "start"),)
