"""Members: of libraries, modules, classes with their bases, objects, and of the state of an application."""

from __future__ import annotations

import pytest

from async_db_lint.project.inference.attributes import (
    MAX_BASES,
    ancestry,
    attribute,
    is_known,
    is_property,
    library_bases,
    of_library,
    of_state,
    own_targets,
    target_value,
)
from async_db_lint.project.names.values import Kind, Value
from tests.project.inference.parts import ENGINE, FACTORY, SESSION, cls, function, of, small, value
from tests.projects import described


def asked(owner: Value | None, name: str) -> str | None:
    """An attribute of a value, in a project that has nothing of its own."""
    return described(attribute(small("").inference, owner, name))


@pytest.mark.parametrize(
    ("owner", "name", "wanted"),
    [
        (Value(Kind.LIBRARY, "somewhere"), "part", "LIBRARY somewhere.part"),
        (Value(Kind.FOREIGN, "somewhere.thing"), "part", "FOREIGN somewhere.thing.part"),
        (Value(Kind.INSTANCE, "sqlalchemy.AsyncEngine"), "sync_engine", "INSTANCE sqlalchemy.Engine"),
        (Value(Kind.INSTANCE, "sqlalchemy.AsyncEngine"), "url", "FOREIGN sqlalchemy.AsyncEngine.url"),
        (Value(Kind.INSTANCE, "fastapi.FastAPI"), "state", "STATE application"),
        (Value(Kind.INSTANCE, "starlette.Request"), "state", "STATE request"),
    ],
)
def test_the_tables_know_members_of_libraries(owner: Value, name: str, wanted: str) -> None:
    assert asked(owner, name) == wanted


@pytest.mark.parametrize(
    "owner",
    [
        None,
        Value(Kind.INSTANCE, "sqlalchemy.AsyncEngine"),
        Value(Kind.COROUTINE, inner=Value(Kind.INSTANCE, "sqlalchemy.AsyncEngine")),
        Value(Kind.FUNCTION),
        Value(Kind.OBJECT),
        Value(Kind.MODULE),
        Value(Kind.STATE, "application"),
    ],
    ids=str,
)
def test_other_members_are_not_known(owner: Value | None) -> None:
    assert asked(owner, "missing") is None


def test_a_method_of_a_library_is_bound_to_its_object() -> None:
    owner = Value(Kind.INSTANCE, "sqlalchemy.AsyncSession")
    assert of_library(owner.name, "commit", owner) == Value(Kind.METHOD, "sqlalchemy.AsyncSession.commit", inner=owner)


def test_what_an_attribute_of_a_library_gives_comes_from_its_owner() -> None:
    owner = value(small("x = SessionLocal()\n"))
    found = of_library(owner.name, "sync_session", owner)
    assert found is not None
    assert (found.name, found.origins, found.chain) == ("sqlalchemy.Session", owner.origins, owner.chain)
    assert owner.origins


def test_members_of_a_module_are_its_names() -> None:
    found = small("import db\nx = db\n", db="from somewhere import thing\n")
    module = Value(Kind.MODULE, definition=found.modules["db.py"])
    assert described(attribute(found.inference, module, "thing")) == "LIBRARY somewhere.thing"
    assert attribute(found.inference, module, "other") is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("class A:\n    e = engine", ENGINE),
        ("class A:\n    e = None", None),
        ("class A:\n    e: AsyncSession = None", SESSION),
        ("class A:\n    e: AsyncSession = unknown", SESSION),
        ("class A:\n    e: AsyncSession", SESSION),
        ("class A:\n    def e(self): pass", "FUNCTION e of OBJECT A"),
        ("class A:\n    e = unknown", None),
        (
            """
            class A:
                e: AsyncSession
                def f(self):
                    self.e = engine
                    self.other = SessionLocal
            """,
            ENGINE,
        ),
        ("class A(AsyncSession): pass", None),
        (
            """
            class A:
                e = engine
                def f(self):
                    self.e = SessionLocal
            """,
            None,
        ),
        (
            """
            class A:
                e = None
                def f(self):
                    self.e = None
                    self.e = engine
            """,
            ENGINE,
        ),
        (
            """
            class A:
                def f(self):
                    self.e: AsyncSession = unknown()
            """,
            SESSION,
        ),
        (
            """
            class A:
                def f(self):
                    self.other = engine
            """,
            None,
        ),
        (
            """
            class A:
                e = SessionLocal
                def e(self): pass
            """,
            "FUNCTION e of OBJECT A",
        ),
        (
            """
            class A:
                @property
                def e(self) -> AsyncSession: ...
            """,
            SESSION,
        ),
        (
            """
            import functools
            class A:
                @functools.cached_property
                def e(self): return engine
            """,
            ENGINE,
        ),
    ],
)
def test_members_of_an_object_are_what_its_class_and_its_methods_bind(text: str, wanted: str | None) -> None:
    assert of(text, "x = A().e") == wanted


def test_a_member_of_a_class_is_bound_to_the_class() -> None:
    assert (
        of("""
            class A:
                def e(self): pass
            x = A.e
        """)
        == "FUNCTION e of CLASS A"
    )


@pytest.mark.parametrize("owner", ["self", "cls", "A", "me"])
def test_assignments_to_an_object_or_to_its_class_are_its_own(owner: str) -> None:
    found = small(
        f"""
        class A:
            def f({owner if owner != "A" else "self"}, other):
                {owner}.e = engine
                other.e = SessionLocal
                {owner}.deep.e = SessionLocal
                other.{owner}.e = SessionLocal
            def without(): other.e = SessionLocal
        """
    )
    assert [(item.name, target.owner) for item, target in own_targets(cls(found, "A"))] == [
        ("f", next(iter(function(found, "f").targets)).owner)
    ]
    assert described(attribute(found.inference, Value(Kind.OBJECT, definition=cls(found, "A")), "e")) == ENGINE


BASES = """
    import abc, typing
    from sqlalchemy.ext.asyncio import AsyncSession as Session
    from somewhere import Thing
    class Top: pass
    class Side(Top, Session): pass
    class Low(Side, Top): pass
    class Own(Low): pass
    class Plain(Top, abc.ABC, typing.Generic[T], typing.Protocol, object): pass
    class Foreign(Top, Thing): pass
    class Open(unknown): pass
    class Lower(Open): pass
    class Circle(Round): pass
    class Round(Circle): pass
    class Alone(Alone): pass
    top = Top()
    class Odd(top): pass
    def local():
        class Near: pass
        class Inner(Near): pass
"""


def named(items: list[object]) -> list[str]:
    return [item if isinstance(item, str) else getattr(item, "name", "") for item in items]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Top", ["Top"]),
        ("Side", ["Side", "Top", "sqlalchemy.AsyncSession"]),
        ("Low", ["Low", "Side", "Top", "sqlalchemy.AsyncSession"]),
        ("Own", ["Own", "Low", "Side", "Top", "sqlalchemy.AsyncSession"]),
        ("Plain", ["Plain", "Top", "abc.ABC", "typing.Generic", "typing.Protocol", "builtins.object"]),
        ("Foreign", ["Foreign", "Top", "somewhere.Thing"]),
        ("Open", ["Open"]),
        ("Lower", ["Lower", "Open"]),
        ("Circle", ["Circle", "Round"]),
        ("Alone", ["Alone"]),
        ("Odd", ["Odd"]),
        ("Inner", ["Inner", "Near"]),
    ],
)
def test_the_ancestry_of_a_class_has_each_class_once(name: str, wanted: list[str]) -> None:
    found = small(BASES)
    assert named([*ancestry(found.inference, cls(found, name))]) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("Plain", True), ("Inner", True), ("Side", False), ("Foreign", False), ("Open", False), ("Lower", False)],
)
def test_a_class_is_known_when_all_it_inherits_is_read(name: str, wanted: bool) -> None:
    found = small(BASES)
    assert is_known(found.inference, cls(found, name)) is wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Plain", ["abc.ABC", "typing.Generic", "typing.Protocol", "builtins.object"]),
        ("Own", ["sqlalchemy.AsyncSession"]),
        ("Foreign", ["somewhere.Thing"]),
    ],
)
def test_library_bases_leave_out_the_project_s_own(name: str, wanted: list[str]) -> None:
    found = small(BASES)
    assert library_bases(found.inference, cls(found, name)) == wanted


@pytest.mark.parametrize(("count", "wanted"), [(MAX_BASES, ENGINE), (MAX_BASES + 1, None)])
def test_a_member_is_searched_in_a_limited_number_of_classes(count: int, wanted: str | None) -> None:
    heirs = [f"class A{number}(A{number - 1}): pass" for number in range(1, count + 1)]
    text = "\n".join(["class A0:\n    e = engine", *heirs, f"x = A{count}().e"])
    assert of(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("class A(AsyncSession): pass\nx = A().commit", "METHOD sqlalchemy.AsyncSession.commit of OBJECT A"),
        ("class A(AsyncSession): pass\nx = A.commit", None),
        (
            """
            class A(AsyncSession):
                commit = engine
            x = A().commit
            """,
            ENGINE,
        ),
        (
            """
            from somewhere import Thing
            class B:
                e = engine
            class A(Thing, AsyncSession, B): pass
            x = A().e
            """,
            ENGINE,
        ),
        (
            """
            class B:
                e = engine
            class A(B):
                e = SessionLocal
            x = A().e
            """,
            FACTORY,
        ),
        (
            """
            class B:
                def f(self):
                    self.e = engine
            class A(B):
                def f(self):
                    self.other = engine
            x = A().e
            """,
            ENGINE,
        ),
    ],
)
def test_a_member_is_that_of_the_first_class_that_has_one(text: str, wanted: str | None) -> None:
    assert of(text) == wanted


@pytest.mark.parametrize(
    ("decorator", "wanted"),
    [
        ("property", True),
        ("functools.cached_property", True),
        ("functools.cache", False),
        ("own", True),
        ("unknown", False),
        ("e.setter", False),
    ],
)
def test_a_property_is_known_by_its_decorator(decorator: str, wanted: bool) -> None:
    found = small(
        f"""
        import functools
        class A:
            own = property
            @{decorator}
            def e(self): pass
        """
    )
    assert is_property(found.inference, function(found, "e")) is wanted


def test_what_is_stored_in_an_attribute_has_that_as_a_step() -> None:
    found = small(
        """
        class A: pass
        a = A()
        a.e = engine
        a.f = SessionLocal
        a.g = lambda: 1
        a.h = A()
        """
    )
    scope = found.modules["app.py"]
    stored = {item.name: target_value(found.inference, scope, item) for item in scope.targets}
    steps = {name: [step.text for step in item.chain][-1:] for name, item in stored.items() if item is not None}
    assert steps == {"e": ["e"], "f": ["f"], "g": [], "h": ["h"]}


STATE = """
    from fastapi import FastAPI, Request
    app = FastAPI()
"""


@pytest.mark.parametrize(
    ("state", "text", "wanted"),
    [
        ("application", "app.state.e = engine", ENGINE),
        ("application", "app.state.e = None\napp.state.e = engine", ENGINE),
        ("application", "app.state.e = engine\napp.state.e = SessionLocal", None),
        ("application", "app.state.e = unknown", None),
        ("application", "app.state.other = engine", None),
        ("application", "app.e = engine", None),
        ("application", "state.e = engine", None),
        ("application", "app.stated.e = engine", None),
        ("application", "unknown.state.e = engine", ENGINE),
        ("application", "import thing\nthing.state.e = engine", None),
        ("request", "app.state.e = engine", None),
        ("request", "async def life(app):\n    yield {'e': engine}", ENGINE),
        ("request", "async def life(app):\n    yield {'other': engine}", None),
        ("request", "async def life(app):\n    yield {KEY: engine}", None),
        ("request", "async def life(app):\n    yield engine", None),
        ("request", "async def life(app):\n    return {'e': engine}", None),
        ("application", "async def life(app):\n    yield {'e': engine}", None),
        (
            "request",
            """
            async def life(app):
                yield {'e': SessionLocal}
            async def put(request: Request):
                request.state.e = engine
            """,
            ENGINE,
        ),
        (
            "application",
            """
            async def put(request: Request):
                request.state.e = engine
            """,
            None,
        ),
        (
            "request",
            """
            async def one(app):
                yield {'e': SessionLocal}
            async def two(app):
                yield {'e': engine}
            """,
            None,
        ),
    ],
)
def test_state_is_what_is_put_there_anywhere(state: str, text: str, wanted: str | None) -> None:
    found = small(STATE, text)
    assert described(of_state(found.inference, state, "e")) == wanted


@pytest.mark.parametrize(("text", "wanted"), [("app.state.e = engine", ENGINE), ("app.state.e = app.state.e", None)])
def test_an_attribute_of_state_is_what_is_kept_there(text: str, wanted: str | None) -> None:
    found = small(STATE, text)
    assert described(attribute(found.inference, Value(Kind.STATE, "application"), "e")) == wanted


def test_the_loop_of_an_object_through_itself_has_no_member() -> None:
    assert (
        of("""
            class A:
                def f(self):
                    self.e = self.e
            x = A().e
        """)
        is None
    )
