"""The sessions that objects keep, which of their methods use them, and which work under a lock."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from async_db_lint.index.expressions import Name
from async_db_lint.index.scopes import Function
from async_db_lint.project.names.places import end_of
from async_db_lint.project.names.values import Value
from async_db_lint.project.project import Project
from async_db_lint.project.sessions.held import (
    held_sessions,
    is_lent,
    is_serialised,
    is_session_or_connection,
    used_sessions,
    uses_parameter,
)
from tests.projects import DATABASE, codes, project

HEAD = dedent(DATABASE) + dedent("""
    import anyio, asyncio, asyncpg
    from sqlalchemy.ext.asyncio import AsyncConnection
    from sqlalchemy.orm import Session, sessionmaker
""")


def with_value(text: str) -> tuple[Project, Value | None]:
    """A project, and what `x` is at the end of its file."""
    found = project(HEAD + dedent(text))
    return found, found.value_at(Name("x"), end_of(found.modules["app.py"]))


def function(found: Project, name: str) -> Function:
    """The first function of a name."""
    return next(item for item in found.functions() if item.name == name)


# ------------------------------------------------------------------ what one task may use at a time


@pytest.mark.parametrize(
    "text",
    [
        "x = SessionLocal()",
        "x = AsyncSession(engine)",
        "from sqlmodel.ext.asyncio.session import AsyncSession as S\nx = S(engine)",
        "class Own(AsyncSession): ...\nx = Own()",
        "x = engine.connect()",
        "x: asyncpg.Connection",
    ],
)
def test_a_session_or_connection_is_for_one_task(text: str) -> None:
    assert is_session_or_connection(*with_value(text))


@pytest.mark.parametrize(
    "text",
    ["x = SessionLocal", "x = engine", "x = asyncpg.create_pool(DSN)", "x = Session()", "x = 1", "x = unknown()"],
)
def test_what_makes_sessions_or_is_synchronous_is_not(text: str) -> None:
    assert not is_session_or_connection(*with_value(text))


# ------------------------------------------------------------------ what an object keeps

HELD: dict[str, tuple[str, set[str]]] = {
    "the session that it is made with": (
        """
        class R:
            def __init__(self, s: AsyncSession): self.s = s
        x = R(1)
        """,
        {"s"},
    ),
    "a session that it opens": (
        """
        class R:
            def open(self): self.s = SessionLocal()
        x = R()
        """,
        {"s"},
    ),
    "two sessions": (
        """
        class R:
            def __init__(self, a: AsyncSession, b: AsyncConnection):
                self.a = a
                self.b = b
                self.c = 1
        x = R(1, 2)
        """,
        {"a", "b"},
    ),
    "a session that the class declares": (
        """
        class R:
            s: AsyncSession
            t: Session
        x = R()
        """,
        {"s"},
    ),
    "a session of its base": (
        """
        from library import Base
        class B(Base):
            def __init__(self, s: AsyncSession): self.s = s
        class R(B):
            def __init__(self, t: AsyncSession): self.t = t
        x = R(1)
        """,
        {"s", "t"},
    ),
    "a session behind a property": (
        """
        class R:
            def __init__(self, s: AsyncSession): self._s = s
            @property
            def s(self): return self._s
        x = R(1)
        """,
        {"_s", "s"},
    ),
    "none behind a property that makes one": (
        """
        class R:
            @property
            def s(self): return SessionLocal()
            @property
            def t(self) -> AsyncSession: return self.make()
        x = R()
        """,
        set(),
    ),
    "none that a method makes": (
        """
        class R:
            def s(self): return SessionLocal()
        x = R()
        """,
        set(),
    ),
    "none in the class itself": (
        """
        class x:
            s: AsyncSession
        """,
        set(),
    ),
    "none in a session": ("x = SessionLocal()", set()),
    "none in a factory": ("x = SessionLocal", set()),
}


@pytest.mark.parametrize("how", HELD)
def test_an_object_keeps(how: str) -> None:
    text, wanted = HELD[how]
    found, value = with_value(text)
    assert value is not None
    assert held_sessions(found, value) == wanted


KEEPER = """
    class R:
        def __init__(self, s: AsyncSession, t: AsyncSession):
            {}
        def later(self, s: AsyncSession):
            {}
    x = R(1, 2)
"""


@pytest.mark.parametrize(
    ("made", "later"), [("self.s = s", "..."), ("self.s = s\n            self.count = 1", "self.other = s.info")]
)
def test_a_session_is_lent_to_an_object_that_is_made_with_it(made: str, later: str) -> None:
    assert is_lent(*with_value(KEEPER.format(made, later)))


@pytest.mark.parametrize(
    ("made", "later"),
    [
        ("...", "..."),
        ("...", "self.s = s"),
        ("self.s = s", "self.s = s"),
        ("self.s = s\n            self.t = t", "..."),
        ("self.s = SessionLocal()", "..."),
        ("self.s = shared", "..."),
        ("self.s = s if t else t", "..."),
        ("other.s = s", "..."),
    ],
)
def test_a_session_is_not_lent_that_may_be_another(made: str, later: str) -> None:
    assert not is_lent(*with_value("    shared = SessionLocal()\n" + KEEPER.format(made, later)))


def test_a_session_is_not_lent_to_an_object_that_declares_another() -> None:
    text = KEEPER.format("self.s = s", "...")
    assert is_lent(*with_value(text))
    assert not is_lent(*with_value(text.replace("class R:", "class R:\n        t: AsyncSession")))


@pytest.mark.parametrize("text", ["x = unknown()", "x = SessionLocal()", "class x:\n    s: AsyncSession"])
def test_what_is_no_object_of_the_project_is_lent_nothing(text: str) -> None:
    assert not is_lent(*with_value(text))


# ------------------------------------------------------------------ what a function uses

PAIR = """
    class P:
        def __init__(self, a: AsyncSession, b: AsyncSession):
            self.a = a
            self.b = b
            self.n = 1
        async def m({}):
            {}
    x = P(1, 2)
"""


def used(line: str, parameters: str = "self") -> set[str]:
    """The sessions that a method with one line uses, of an object that keeps two."""
    found, value = with_value(PAIR.format(parameters, line))
    assert value is not None
    return used_sessions(found, value, function(found, "m"))


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("await self.a.flush()", {"a"}),
        ("await self.b.connection()", {"b"}),
        ("self.a.add(self.b)", {"a", "b"}),
        ("use(self.a)", {"a"}),
        ("use(session=self.a)", {"a"}),
        ("use([self.a])", {"a"}),
        ("use(self.a.sync_session.x)", set()),
        ("def inner(): self.a.flush()", {"a"}),
        ("use(self.n)", set()),
        ("use(other.a)", set()),
        ("use(self)", set()),
        ("return self.a", set()),
        ("self.a.get_bind()", set()),
        ("use(self.a.bind, self.a.info)", set()),
        ("use(self.a.bind, self.a)", {"a"}),
        ("use(self.other.a.bind)", set()),
        ("async with lock: await self.a.flush()", set()),
    ],
)
def test_a_method_uses_the_sessions_that_it_calls_or_passes_on(line: str, wanted: set[str]) -> None:
    assert used(line) == wanted


def test_the_object_is_called_as_the_method_calls_it() -> None:
    assert used("await this.a.flush()", "this") == {"a"}
    assert used("await self.a.flush()", "this, self") == set()


def test_nothing_is_used_without_a_function_or_a_parameter_or_a_session() -> None:
    found, value = with_value(PAIR.format("", "await self.a.flush()"))
    assert value is not None
    assert used_sessions(found, value, function(found, "m")) == set()
    assert used_sessions(found, value, None) == set()


def test_an_object_without_sessions_uses_none() -> None:
    found, value = with_value("""
        class R:
            def m(self): self.s.flush()
        x = R()
    """)
    assert value is not None
    assert used_sessions(found, value, function(found, "m")) == set()


@pytest.mark.parametrize(
    "line",
    [
        "await s.flush()",
        "use(s)",
        "use(session=s)",
        "use([1, s])",
        "use(s.info)",
        "await s.bind.connect()",
        "def inner(): s.flush()",
        "async with SessionLocal(): await s.flush()",
    ],
)
def test_a_function_uses_a_parameter(line: str) -> None:
    found, _ = with_value(f"x = 1\nasync def f(s, other):\n    {line}\n")
    assert uses_parameter(found, function(found, "f"), "s")


@pytest.mark.parametrize(
    "line",
    [
        "...",
        "return s",
        "t = s",
        "use(other)",
        "await other.flush()",
        "use(other.s)",
        "async with other: await s.flush()",
    ],
)
def test_a_function_ignores_a_parameter_or_uses_it_under_a_lock(line: str) -> None:
    found, _ = with_value(f"x = 1\nasync def f(s, other):\n    {line}\n")
    assert not uses_parameter(found, function(found, "f"), "s")


# ------------------------------------------------------------------ locks


LOCKED = """
    x = 1
    lock = asyncio.Lock()
    limit = anyio.Semaphore(1)
    async def f(other):
"""


def serialised(lines: str) -> bool:
    """Whether a function with a lock at hand works under it."""
    found, _ = with_value(dedent(LOCKED) + indent(dedent(lines), "    "))
    return is_serialised(found, function(found, "f"))


@pytest.mark.parametrize(
    "lines",
    [
        "async with lock: ...",
        "async with limit: ...",
        "async with other: ...",
        "async with other.lock: ...",
        "async with SessionLocal() as s, lock: ...",
        "if other:\n    async with lock: ...",
        "own = asyncio.Semaphore(1)\nasync with own: ...",
        "own = anyio.CapacityLimiter(1)\nasync with own: ...",
    ],
)
def test_a_function_works_under_what_may_be_a_lock(lines: str) -> None:
    assert serialised(lines)


@pytest.mark.parametrize(
    "lines",
    [
        "...",
        "with other: ...",
        "async with SessionLocal() as s: ...",
        "async with make(): ...",
        "async with await make(): ...",
        "async with asyncio.Lock(): ...",
        "own = asyncio.Event()\nasync with own: ...",
        "s = SessionLocal()\nasync with s: ...",
        "async for row in other: ...",
        "def inner():\n    async with lock: ...",
    ],
)
def test_a_function_works_under_no_lock(lines: str) -> None:
    assert not serialised(lines)


# ------------------------------------------------------------------ whole answers


def test_tasks_under_a_lock_may_share_a_session(tmp_path: Path) -> None:
    text = """
        lock = asyncio.Lock()
        async def w(s: AsyncSession):
            async with lock:
                await s.flush()
        async def f(s: AsyncSession): await asyncio.gather(w(s), w(s))
    """
    assert codes(tmp_path, {"app.py": HEAD + dedent(text)}, "ADB207") == []


@pytest.mark.parametrize(("calls", "wanted"), [("p.x(), p.y()", []), ("p.z(), p.y()", ["ADB207"])])
def test_tasks_of_an_object_with_two_sessions_share_only_the_same_one(
    tmp_path: Path, calls: str, wanted: list[str]
) -> None:
    text = f"""
        class P:
            def __init__(self, a: AsyncSession, b: AsyncSession):
                self.a = a
                self.b = b
            async def x(self): await self.a.flush()
            async def y(self): await self.b.flush()
            async def z(self): await self.b.commit()
        async def f(p: P): await asyncio.gather({calls})
    """
    assert [code for code, _, _ in codes(tmp_path, {"app.py": HEAD + dedent(text)}, "ADB207")] == wanted
