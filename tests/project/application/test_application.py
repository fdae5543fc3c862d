"""What frameworks call, and when: routes, dependencies, handlers, lifespans, middleware; and what is an application."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.project.application.application import Trigger
from async_db_lint.project.project import Project
from async_db_lint.read.source import Role
from tests.project.inference.parts import call, function
from tests.projects import project

HEAD = """
    from fastapi import APIRouter, Depends, FastAPI, Security
    from starlette.applications import Starlette
    from starlette.routing import Route
    app, router = FastAPI(), APIRouter()
    def f(): pass
    def g(): pass
    class Own:
        def __init__(self): pass
        def __call__(self): pass
        def dispatch(self): pass
        def method(self): pass
    class Bare: pass
    own = Own()
"""


def registered(found: Project) -> list[tuple[str, str]]:
    """The functions that a framework calls, with when."""
    return sorted((item.function.name, item.trigger.value) for item in found.application.registrations)


def headed(text: str) -> Project:
    """A project whose `app.py` has all of the names above."""
    return project({"head.py": HEAD, "app.py": f"from head import *\n{dedent(text)}"})


def of(text: str) -> list[tuple[str, str]]:
    return registered(headed(text))


@pytest.mark.parametrize(
    ("decorator", "wanted"),
    [
        ("app.get('/')", "route"),
        ("router.post('/')", "route"),
        ("app.api_route('/')", "route"),
        ("app.websocket('/')", "websocket"),
        ("router.websocket_route('/')", "websocket"),
        ("app.middleware('http')", "middleware"),
        ("app.on_event('startup')", "startup"),
        ("router.on_event(event_type='shutdown')", "shutdown"),
        ("app.on_event('other')", None),
        ("app.on_event(event)", None),
        ("app.on_event(1)", None),
        ("app.on_event()", None),
        ("app.exception_handler(404)", None),
        ("app.get", None),
        ("app.unknown('/')", None),
        ("other.get('/')", None),
        ("own.get('/')", None),
        ("get('/')", None),
    ],
)
def test_a_decorator_registers_a_function(decorator: str, wanted: str | None) -> None:
    assert of(f"@{decorator}\ndef h(): pass") == ([] if wanted is None else [("h", wanted)])


def test_a_registration_by_a_decorator_has_the_decorator_and_others_have_none() -> None:
    found = headed("@app.get('/')\ndef h(x=Depends(f)): pass")
    decorated, other = found.application.registrations
    assert decorated.decorator is decorated.call is decorated.function.decorators[0]
    assert (other.decorator, other.call) == (None, call(found, "Depends"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("FastAPI(lifespan=f)", [("f", "lifespan")]),
        ("APIRouter(lifespan=f)", [("f", "lifespan")]),
        ("Starlette(lifespan=f)", [("f", "lifespan")]),
        ("FastAPI(lifespan=f if URL else g)", [("f", "lifespan"), ("g", "lifespan")]),
        ("either = f if URL else g\nFastAPI(lifespan=either)", [("f", "lifespan"), ("g", "lifespan")]),
        ("app.router.lifespan_context = f", [("f", "lifespan")]),
        ("FastAPI(lifespan=own)", [("__call__", "lifespan")]),
        ("FastAPI(lifespan=unknown)", []),
        ("FastAPI(lifespan=None)", []),
        ("FastAPI(f)", []),
        ("Other.FastAPI(lifespan=f)", []),
        ("app.lifespan = f", []),
        ("FastAPI(on_startup=[f], on_shutdown=(g,))", [("f", "startup"), ("g", "shutdown")]),
        ("APIRouter(on_startup=[f, g])", [("f", "startup"), ("g", "startup")]),
        ("FastAPI(on_startup=handlers)", []),
        ("app.add_event_handler('startup', f)", [("f", "startup")]),
        ("router.add_event_handler(event_type='shutdown', func=g)", [("g", "shutdown")]),
        ("app.add_event_handler('other', f)", []),
        ("app.add_event_handler(event, f)", []),
        ("app.add_event_handler('startup')", []),
        ("add_event_handler('startup', f)", []),
        ("own.add_event_handler('startup', f)", []),
        ("app.add_event_handler('startup', f or g)", [("f", "startup"), ("g", "startup")]),
        ("app.add_event_handler('startup', own.method)", [("method", "startup")]),
    ],
)
def test_handlers_are_registered_by_calls(text: str, wanted: list[tuple[str, str]]) -> None:
    assert of(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("app.add_api_route('/', f)", [("f", "route")]),
        ("router.add_route('/', endpoint=f)", [("f", "route")]),
        ("Route('/', f)", [("f", "route")]),
        ("Route('/')", []),
        ("Route('/', unknown)", []),
        ("Depends(f)", [("f", "dependency")]),
        ("Security(dependency=f)", [("f", "dependency")]),
        ("Depends(Own)", [("__init__", "dependency")]),
        ("Depends(own)", [("__call__", "dependency")]),
        ("Depends(Bare)", []),
        ("Depends(lambda: 1)", [("<lambda>", "dependency")]),
        ("Depends()", []),
        ("other.Depends(f)", []),
        ("app.add_middleware(Own)", [("__call__", "middleware"), ("dispatch", "middleware")]),
        ("app.add_middleware(middleware_class=Bare)", []),
        ("app.add_middleware(own)", []),
        ("app.add_middleware(f)", []),
        ("app.add_middleware(unknown)", []),
        ("app.add_middleware()", []),
        ("own.add_middleware(Own)", []),
        ("add_middleware(Own)", []),
    ],
)
def test_routes_dependencies_and_middleware_are_registered_by_calls(text: str, wanted: list[tuple[str, str]]) -> None:
    assert of(text) == wanted


def test_a_function_is_called_at_all_its_times() -> None:
    text = """
        @app.get("/")
        def h(): pass
        Depends(h)
        Depends(h)
    """
    found = headed(text)
    h, f = function(found, "h"), function(found, "f")
    assert found.application.triggers == {h: {Trigger.ROUTE, Trigger.DEPENDENCY}}
    assert found.application.is_called_at(h, Trigger.STARTUP, Trigger.ROUTE)
    assert not found.application.is_called_at(h, Trigger.STARTUP, Trigger.SHUTDOWN)
    assert not found.application.is_called_at(h)
    assert not found.application.is_called_at(f, *Trigger)


def made(files: dict[str, str]) -> list[str]:
    """The files in which an application is made."""
    return [item.path for item in project(files).application.makers]


@pytest.mark.parametrize(
    "text",
    [
        "from fastapi import FastAPI\napp = FastAPI()",
        "from fastapi import FastAPI as Api\napp = Api()",
        "import fastapi\ndef make(): return fastapi.FastAPI()",
        "from starlette.applications import Starlette\napp = Starlette()",
        "from litestar import Litestar\napp = Litestar([])",
        "from aiogram import Dispatcher\nDispatcher()",
        """
        from fastapi import FastAPI
        class App(FastAPI): pass
        app = App()
        """,
        """
        from discord.ext import commands
        class Bot(commands.Bot): pass
        Bot()
        """,
    ],
)
@pytest.mark.parametrize("path", ["app.py", "scripts/serve.py"])
def test_a_maker_is_a_call_of_a_framework_or_of_an_heir(text: str, path: str) -> None:
    assert made({path: text}) == [path]


@pytest.mark.parametrize(
    "text",
    [
        "from fastapi import APIRouter\nrouter = APIRouter()",
        "from other import FastAPI\napp = FastAPI()",
        "class FastAPI: pass\napp = FastAPI()",
        "app = FastAPI()",
        "class App(unknown): pass\napp = App()",
        "from fastapi import FastAPI\nclass App(FastAPI): pass",
        """
        from fastapi import FastAPI
        class App(FastAPI): pass
        from other import App
        App()
        """,
        """
        from fastapi import FastAPI
        class App(FastAPI): pass
        other.App()
        """,
    ],
)
def test_other_calls_make_no_application(text: str) -> None:
    assert made({"app.py": text}) == []


@pytest.mark.parametrize("path", ["tests/app.py", "migrations/app.py"])
def test_an_application_of_tests_or_migrations_does_not_count(path: str) -> None:
    assert made({path: "from fastapi import FastAPI\napp = FastAPI()"}) == []


APP = """
    from fastapi import FastAPI
    import one
    app = FastAPI()
"""
FILES = {"one.py": "import two", "two.py": "import one", "apart.py": "import one"}
ROUTES = """
    from fastapi import APIRouter
    import deep
    router = APIRouter()
    @router.get("/")
    def route(): pass
"""


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"app.py": APP}, ["app.py", "one.py", "two.py"]),
        ({"app.py": ""}, []),
        ({"tests/app.py": APP}, []),
        ({"routes.py": ROUTES, "deep.py": ""}, []),
        ({"app.py": APP, "routes.py": ROUTES, "deep.py": ""}, ["app.py", "deep.py", "one.py", "routes.py", "two.py"]),
        ({"app.py": APP, "tests/routes.py": ROUTES, "deep.py": ""}, ["app.py", "one.py", "two.py"]),
        ({"scripts/serve.py": APP}, ["one.py", "scripts/serve.py", "two.py"]),
    ],
)
def test_modules_are_served_when_an_application_imports_them(files: dict[str, str], wanted: list[str]) -> None:
    served = project({**FILES, **files}).application.served_modules
    assert sorted(item.path for item in served) == wanted


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("app.py", Role.APPLICATION),
        ("tests/app.py", Role.TEST),
        ("migrations/app.py", Role.MIGRATION),
        ("scripts/app.py", Role.SCRIPT),
    ],
)
def test_a_call_and_a_function_have_the_role_of_their_file(path: str, wanted: Role) -> None:
    found = project({path: "def f(): look()"})
    assert found.application.role_of(function(found, "f")) is wanted
    assert found.application.role_of(call(found, "look")) is wanted


HANDLED = """
    from fastapi import APIRouter, FastAPI
    from starlette.applications import Starlette
    from somelibrary import lifespan as of_library
    async def stop(): ...
    async def lifespan(app): yield
    {}
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("app = FastAPI(lifespan=missing)", True),
        ("app = FastAPI(lifespan=made_elsewhere())", True),
        ("router = APIRouter(lifespan=missing)", True),
        ("app = FastAPI(); app.router.lifespan_context = missing", True),
        ("app = Starlette(on_shutdown=[stop, missing])", True),
        ("app = FastAPI(); app.add_event_handler('shutdown', missing)", True),
        ("app = FastAPI(**missing)", True),
        ("options = dict(lifespan=missing); app = FastAPI(**options)", True),
        ("app = FastAPI(lifespan=lifespan)", False),
        ("app = FastAPI(lifespan=lifespan, **missing)", False),
        ("options = dict(lifespan=lifespan); app = FastAPI(**options)", False),
        ("options = {'title': 'shop'}; app = FastAPI(**options)", False),
        ("app = FastAPI(lifespan=None)", False),
        ("app = FastAPI(lifespan=of_library)", False),
        ("app = FastAPI(lifespan=lifespan if missing else None)", False),
        ("app = Starlette(on_shutdown=[stop])", False),
        ("app = FastAPI(); app.add_event_handler('shutdown', stop)", False),
        ("app = FastAPI(); app.add_api_route('/', missing)", False),
        ("app = FastAPI()", False),
    ],
)
def test_a_handler_that_is_not_understood_is_known_to_be_there(text: str, wanted: bool) -> None:
    assert project(HANDLED.replace("{}", text)).application.has_unknown_handlers is wanted


@pytest.mark.parametrize(
    "text",
    [
        "app = FastAPI(on_shutdown=missing)",
        "app = FastAPI(on_shutdown=made())",
        "app = FastAPI()\ndef add(event): app.add_event_handler(event, stop)",
        "app = FastAPI(); app.router.on_shutdown.append(stop)",
        "app = FastAPI(); app.router.on_startup.extend(missing)",
    ],
)
def test_handlers_in_a_list_that_is_not_written_out_are_known_to_be_there(text: str) -> None:
    body = text.replace("\n", "\n    ")
    assert project(HANDLED.replace("{}", body)).application.has_unknown_handlers


@pytest.mark.parametrize(
    "text", ["app.router.lifespan_context = original", "FastAPI(lifespan=missing)", "FastAPI(**missing)"]
)
def test_a_test_has_no_handlers_of_the_application(text: str) -> None:
    files = {
        "app.py": "from fastapi import FastAPI\napp = FastAPI()",
        "tests/conftest.py": f"from app import *\n{text}",
    }
    assert not project(files).application.has_unknown_handlers
