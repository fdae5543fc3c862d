"""What expressions are: the idioms in which real projects write engines, factories and sessions."""

from __future__ import annotations

from itertools import permutations
from textwrap import dedent

import pytest

from async_db_lint.index.expressions import Name
from async_db_lint.project.inference.infer import MAX_DEPTH, MAX_STEPS, base_name
from async_db_lint.project.names.quoted_code import spelled
from async_db_lint.project.names.values import Kind, Value
from tests.project.inference.parts import ENGINE, FACTORY, SESSION, bound, call, end, function, of, small, value
from tests.projects import DATABASE, described, value_of

VALUE = Value(Kind.INSTANCE, "sqlalchemy.AsyncSession")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = engine", ENGINE),
        ("x = SessionLocal", FACTORY),
        ("x = SessionLocal()", SESSION),
        ("x = AsyncSession(engine)", SESSION),
        ("import sqlalchemy.ext.asyncio as sa\nx = sa.create_async_engine(URL)", ENGINE),
        ("from sqlalchemy.ext.asyncio.engine import create_async_engine as make\nx = make(URL)", ENGINE),
        ("from sqlmodel.ext.asyncio.session import AsyncSession as S\nx = S(engine)", "INSTANCE sqlmodel.AsyncSession"),
        ("from curl_cffi.requests import AsyncSession as S\nx = S()", "FOREIGN curl_cffi.requests.AsyncSession"),
        (
            "from sqlalchemy.orm import sessionmaker\nx = sessionmaker(engine, class_=AsyncSession)",
            f"INSTANCE sqlalchemy.sessionmaker of {SESSION}",
        ),
        (
            "from sqlalchemy.orm import sessionmaker\nx = sessionmaker(engine)",
            "INSTANCE sqlalchemy.sessionmaker of INSTANCE sqlalchemy.Session",
        ),
        (
            "from sqlalchemy.orm import sessionmaker\nO = {'class_': AsyncSession}\nx = sessionmaker(engine, **O)()",
            SESSION,
        ),
        ("x = async_sessionmaker[AsyncSession](engine)()", SESSION),
        ("x = {'a': engine}['a']", ENGINE),
        ("x = [engine][0]", ENGINE),
        ("x = engine if URL else create_async_engine(URL)", ENGINE),
        ("x = None or engine", ENGINE),
        ("x = engine.sync_engine", "INSTANCE sqlalchemy.Engine"),
        ("x = engine.connect()", "INSTANCE sqlalchemy.AsyncConnection"),
        ("x = engine.begin()", "ASYNC_MANAGER of INSTANCE sqlalchemy.AsyncConnection"),
        ("x = SessionLocal.begin()", f"ASYNC_MANAGER of {SESSION}"),
        ("class D(AsyncSession): pass\nx = async_sessionmaker(engine, class_=D)()", "OBJECT D"),
        ("import functools\nx = functools.partial(SessionLocal)()", SESSION),
        ("from typing import cast\nx = cast(AsyncSession, unknown)", SESSION),
        ("x = getattr(engine, 'sync_engine', None)", "INSTANCE sqlalchemy.Engine"),
        ("x = unknown()", None),
        ("x = engine if URL else unknown", None),
        ("if URL:\n    x = engine\nelse:\n    x = SessionLocal", None),
        ("x = None\nif URL:\n    x = engine", ENGINE),
        ("x = print", "LIBRARY builtins.print"),
        ("x = lambda: engine", "FUNCTION <lambda>"),
        ("cache = {}\ncache['a'] = engine\nx = cache['b']", ENGINE),
        ("for x in [engine]: pass", ENGINE),
        ("x = [e for e in [engine]]", "COLLECTION"),
        ("x, y = engine, SessionLocal", ENGINE),
    ],
)
def test_expressions(text: str, wanted: str | None) -> None:
    assert of(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("async def f():\n    async with SessionLocal() as x: pass", SESSION),
        ("async def f():\n    async with SessionLocal.begin() as x: pass", SESSION),
        ("async def f():\n    async with engine.begin() as x: pass", "INSTANCE sqlalchemy.AsyncConnection"),
        ("async def f():\n    x = await engine.connect()", "INSTANCE sqlalchemy.AsyncConnection"),
        ("async def f(s: AsyncSession):\n    x = await s.execute(q)", "INSTANCE sqlalchemy.Result"),
        ("async def f(s: AsyncSession):\n    x = (await s.execute(q)).scalars()", "INSTANCE sqlalchemy.ScalarResult"),
        ("async def f(s: AsyncSession):\n    x = await s.stream(q)", "INSTANCE sqlalchemy.AsyncResult"),
        ("async def f(s: AsyncSession):\n    x = s.commit()", "COROUTINE"),
        ("def f(x: AsyncSession): pass", SESSION),
        ("def f(x: 'AsyncSession | None' = None): pass", SESSION),
        ("from typing import Optional\ndef f(x: Optional[AsyncSession]): pass", SESSION),
        ("from typing import Union\nfrom sqlalchemy.orm import Session\ndef f(x: Union[Session, AsyncSession]): pass", None),
        ("def f(x: async_sessionmaker[AsyncSession]): pass", FACTORY),
        ("def f(x: async_sessionmaker): pass", FACTORY),
        ("from typing import Optional\nMaybe = Optional[AsyncSession]\ndef f(x: Maybe): pass", SESSION),
        ("Maybe = AsyncSession | None\ndef f(x: Maybe): pass", SESSION),
        ("S = AsyncSession\nT = S\ndef f(x: T): pass", SESSION),
        ("T = T\ndef f(x: T): pass", None),
        ("def f():\n    y = engine\n    x = y\ndef g():\n    y = SessionLocal\n    x = y", FACTORY),
        ("from typing import Any\ndef f(x: Any): pass", None),
        ("from typing import Awaitable\nasync def f(a: Awaitable[AsyncSession]):\n    x = await a", SESSION),
        ("from typing import Coroutine\nasync def f(a: Coroutine[None, None, AsyncSession]):\n    x = await a", SESSION),
        ("from typing import AsyncContextManager as M\nasync def f(a: M[AsyncSession]):\n    async with a as x: pass", SESSION),
        ("def f(a: list[AsyncSession]):\n    for x in a: pass", SESSION),
        ("def f(a: dict[str, AsyncSession]):\n    x = a['k']", SESSION),
        ("def f(a: type[AsyncSession]):\n    x = a(engine)", SESSION),
        ("from typing import Generic, TypeVar\nT = TypeVar('T')\nclass A(Generic[T]):\n    s: AsyncSession\ndef f(a: A[int]):\n    x = a.s", SESSION),
        ("from somewhere import Thing\ndef f(x: Thing[AsyncSession]): pass", "FOREIGN somewhere.Thing"),
        ("from sqlalchemy.engine import Result\ndef f(x: Result[int]): pass", "INSTANCE sqlalchemy.Result"),
        ("def f(x: 1): pass", None),
        ("def f(*x: AsyncSession): pass", None),
        ("class A:\n    @staticmethod\n    def f(x): pass\nA.f(engine)", ENGINE),
        ("class A:\n    def f(self, y, *, x): pass\nA().f(1, x=engine)", ENGINE),
        ("class A:\n    def __init__(self, x): pass\nA(engine)", ENGINE),
        ("def f(x): pass\nf(*engine)", None),
        ("from sqlalchemy.ext.asyncio import AsyncEngine\ndef f(x: AsyncEngine): pass\nf(engine)", ENGINE),
        ("def g():\n    yield engine\nx = next(g())", ENGINE),
        ("from contextlib import aclosing\nasync def f(s: AsyncSession):\n    async with aclosing(s) as x: pass", SESSION),
        ("import psycopg2\nx = psycopg2.connect(URL)", "INSTANCE psycopg2.connection"),
        ("import psycopg\nasync def f():\n    x = await psycopg.AsyncConnection.connect(URL)", "INSTANCE psycopg.AsyncConnection"),
        ("x = getattr(engine, name)", None),
        ("class A(AsyncSession): pass\nasync def f():\n    async with A(engine) as x: pass", "OBJECT A"),
        ("async def f():\n    async with unknown() as x: pass", None),
        ("import other\nasync def f():\n    async with other.thing() as x: pass", "FOREIGN other.thing"),
        ("import functools\n@functools.wraps(f)\ndef g(): return engine\nx = g()", ENGINE),
        ("from typing import Annotated\nclass A:\n    s: Annotated[AsyncSession, 'x']\n    def f(self):\n        x = self.s", SESSION),
        ("from typing import Annotated\nfrom fastapi import Depends\ndef get(): return SessionLocal\nclass A:\n    s: Annotated[int, Depends(get)]\n    def f(self):\n        x = self.s", FACTORY),
        ("from typing import ClassVar\nclass A:\n    s: ClassVar[AsyncSession]\nx = A.s", SESSION),
        ("from contextlib import contextmanager\n@contextmanager\ndef g():\n    yield engine\ndef f():\n    with g() as x: pass", ENGINE),
        ("from contextlib import contextmanager\ndef g():\n    yield engine\nc = contextmanager(g)\ndef f():\n    with c() as x: pass", ENGINE),
        ("class A:\n    def __enter__(self): return engine\n    def __exit__(self, *e): ...\ndef f():\n    with A() as x: pass", ENGINE),
        ("import psycopg\nx = psycopg.connect(URL)", "INSTANCE psycopg.Connection"),
        ("import asyncpg\nasync def f(c: asyncpg.Connection):\n    x = c.transaction()", "INSTANCE asyncpg.Transaction"),
        ("async def f(s: AsyncSession):\n    x = s.bind", "FOREIGN sqlalchemy.AsyncSession.bind"),
        ("async def f(s: AsyncSession):\n    x = s.missing", None),
        ("from somewhere import thing\nx = thing.part", "LIBRARY somewhere.thing.part"),
        ("from somewhere import thing\nx = thing().part", "FOREIGN somewhere.thing.part"),
        ("from somewhere import thing\nasync def f():\n    x = await thing()", "FOREIGN somewhere.thing"),
        ("def g(): pass\nx = g.name", None),
        ("def f():\n    try:\n        x = engine\n    except E:\n        x = None", ENGINE),
        ("def f():\n    x = SessionLocal\n    x = engine", ENGINE),
        ("import functools\n@functools.cache\ndef g(): return engine\nx = g()", ENGINE),
        ("def outer():\n    y = engine\n    def f():\n        x = y", ENGINE),
        ("from sqlalchemy.ext.asyncio import async_scoped_session\nx = async_scoped_session(SessionLocal, scopefunc=f)()", SESSION),
        ("def f(x=SessionLocal): pass", FACTORY),
        ("def f(x): pass\nf(engine)", ENGINE),
        ("def f(x): pass\nf(engine)\nf(unknown)", None),
        ("from typing import Callable\ndef f(m: Callable[[], AsyncSession]):\n    x = m()", SESSION),
        (
            "from collections.abc import AsyncIterator\ndef g() -> AsyncIterator[AsyncSession]: ...\n"
            "async def f():\n    async for x in g(): pass",
            SESSION,
        ),
        ("async def g():\n    async with SessionLocal() as s:\n        yield s\nasync def f():\n    async for x in g(): pass", SESSION),
        (
            "from contextlib import asynccontextmanager\n@asynccontextmanager\nasync def g():\n    yield SessionLocal()\n"
            "async def f():\n    async with g() as x: pass",
            SESSION,
        ),
        (
            "from contextlib import asynccontextmanager\nasync def g():\n    yield SessionLocal()\n"
            "ctx = asynccontextmanager(g)\nasync def f():\n    async with ctx() as x: pass",
            SESSION,
        ),
        ("async def g():\n    yield SessionLocal()\nasync def f():\n    x = await anext(g())", SESSION),
        ("def g():\n    return SessionLocal\ndef f():\n    x = g()()", SESSION),
        ("async def g():\n    return engine\nasync def f():\n    x = await g()", ENGINE),
        ("@unknown\ndef g():\n    return engine\ndef f():\n    x = g()", None),
        ("import asyncpg\nasync def f():\n    x = await asyncpg.connect(URL)", "INSTANCE asyncpg.Connection"),
        ("import asyncpg\nasync def f():\n    p = await asyncpg.create_pool(URL)\n    async with p.acquire() as x: pass", "INSTANCE asyncpg.Connection"),
        ("from contextlib import AsyncExitStack\nasync def f():\n    s = AsyncExitStack()\n    x = await s.enter_async_context(SessionLocal())", SESSION),
        ("def f():\n    x = f()\n    return x", None),
    ],
)  # fmt: skip
def test_functions(text: str, wanted: str | None) -> None:
    assert of(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("class A:\n    def __init__(self, s: AsyncSession):\n        self.s = s\n    def f(self):\n        x = self.s", SESSION),
        ("class A:\n    s: AsyncSession\n    def f(self):\n        x = self.s", SESSION),
        ("class A:\n    AsyncSession: AsyncSession = SessionLocal\n    @classmethod\n    def f(cls):\n        x = cls.AsyncSession()", SESSION),
        ("class B:\n    def __init__(self, s: AsyncSession):\n        self.s = s\nclass A(B):\n    def f(self):\n        x = self.s", SESSION),
        ("class A:\n    @property\n    def e(self):\n        return engine\nx = A().e", ENGINE),
        ("class A:\n    def e(self):\n        return engine\na = A()\nx = a.e()", ENGINE),
        ("class A:\n    def __call__(self):\n        return engine\nx = A()()", ENGINE),
        ("class A:\n    async def __aenter__(self):\n        self.s = SessionLocal()\n        return self\nasync def f():\n    async with A() as a:\n        x = a.s", SESSION),
        ("class A(AsyncSession): pass\nasync def f(s: A):\n    x = await s.execute(q)", "INSTANCE sqlalchemy.Result"),
        ("class A:\n    e = None\n    def make(self):\n        self.e = create_async_engine(URL)\n    def f(self):\n        x = self.e", ENGINE),
        ("class A:\n    def f(self):\n        x = self.missing", None),
        ("class A(A): pass\nx = A().y", None),
    ],
)  # fmt: skip
def test_classes(text: str, wanted: str | None) -> None:
    assert of(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def f(x: AsyncSession = Depends(get)): pass", SESSION),
        ("def f(x=Depends(get)): pass", SESSION),
        ("def f(x: Session = Depends(get)): pass", SESSION),
        ("def f(x: Annotated[Session, Depends(get)]): pass", SESSION),
        ("Db = Annotated[Session, Depends(get)]\ndef f(x: Db): pass", SESSION),
        ("Db = Annotated[Session, Security(get)]\nDb2 = Db\ndef f(x: Db2 = None): pass", SESSION),
        (
            "class Get:\n    async def __call__(self):\n        yield SessionLocal()\ndef f(x=Depends(Get())): pass",
            SESSION,
        ),
        (
            "class H:\n    async def get(self):\n        yield SessionLocal()\nh = H()\ndef f(x=Depends(h.get)): pass",
            SESSION,
        ),
        ("def f(x=Depends(lambda: SessionLocal)): pass", FACTORY),
        ("from dishka.integrations.fastapi import FromDishka\ndef f(x: FromDishka[AsyncSession]): pass", SESSION),
        ("def f(r: Request):\n    x = r.app", "INSTANCE fastapi.FastAPI"),
        ("app = FastAPI()\napp.state.made = SessionLocal\ndef f(r: Request):\n    x = r.app.state.made()", SESSION),
        (
            "app = FastAPI()\ndef setup(a):\n    a.state.e = engine\nsetup(app)\ndef f(r: Request):\n    x = r.app.state.e",
            ENGINE,
        ),
        ("async def m(r: Request):\n    r.state.db = SessionLocal()\ndef f(r: Request):\n    x = r.state.db", SESSION),
        ("async def life(app):\n    yield {'db': SessionLocal}\ndef f(r: Request):\n    x = r.state.db", FACTORY),
    ],
)
def test_fastapi(text: str, wanted: str | None) -> None:
    head = (
        "from typing import Annotated\nfrom fastapi import Depends, FastAPI, Request, Security\n"
        "from sqlalchemy.orm import Session\nasync def get():\n    async with SessionLocal() as s:\n        yield s\n"
    )
    assert of(head + text) == wanted


def test_aliases_and_factories_of_other_files() -> None:
    files = {
        "shop/db.py": DATABASE + "    async def get():\n        async with SessionLocal() as s:\n            yield s\n",
        "shop/deps.py": "from typing import Annotated\nfrom fastapi import Depends\nfrom .db import AsyncSession, get\nDb = Annotated[AsyncSession, Depends(get)]\n",
        "shop/__init__.py": "from .deps import Db\n",
        "app.py": "from shop import Db\ndef f(x: Db): pass\n",
    }
    value = value_of(files)
    assert described(value) == SESSION
    assert value is not None
    assert [step.path for step in value.chain][:1] == ["shop/db.py"]
    assert [step.text for step in value.chain][-2:] == ["Depends", "x"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("engine", ENGINE),
        ("{'a': engine, 'b': engine}['a']", ENGINE),
        ("{'a': engine, 'b': SessionLocal}['a']", None),
        ("[engine, unknown][0]", None),
        ("unknown['a']", None),
        ("engine['a']", None),
        ("AsyncSession[int]", "LIBRARY sqlalchemy.ext.asyncio.AsyncSession"),
        ("Own[int]", "CLASS Own"),
        ("cache['a']", ENGINE),
        ("holder.cache['a']", ENGINE),
        ("[SessionLocal() for _ in URL][0]", SESSION),
        ("[_ for _ in URL][0]", None),
        ("SessionLocal if URL else None", FACTORY),
        ("None or None", None),
        ("engine or SessionLocal", None),
        ("(y := engine)", ENGINE),
        ("lambda: 1", "FUNCTION <lambda>"),
        ("f'{engine}'", None),
        ("engine + engine", None),
        ("[*engine]", "COLLECTION"),
        ("[*engine][0]", None),
        ("1", None),
    ],
)
def test_shapes_of_code(text: str, wanted: str | None) -> None:
    head = """
        class Own: pass
        cache = {}
        cache['b'] = engine
    """
    assert of(f"{dedent(head)}x = {text}") == wanted


@pytest.mark.parametrize("text", ["first, *rest = engine, SessionLocal\nx = rest", "(x, y) = unknown", "x, y = engine"])
def test_a_part_of_what_is_unpacked_is_not_known(text: str) -> None:
    assert of(text) is None


def test_no_expression_is_no_value() -> None:
    found = small("")
    assert found.inference.value(None, end(found)) is None


def test_an_answer_is_computed_once_for_each_question_and_subject() -> None:
    inference = small("").inference
    asked: list[str] = []

    def ask(question: str, subject: object) -> None:
        inference.once(question, subject, lambda: asked.append(question))

    one, two = object(), object()
    for question, subject in (("a", one), ("a", one), ("b", one), ("a", two), ("a", two)):
        ask(question, subject)
    assert asked == ["a", "b", "a"]


def test_a_whole_answer_is_kept_while_another_is_being_given() -> None:
    inference = small("").inference
    asked: list[str] = []

    def outer() -> Value | None:
        for _ in range(3):
            inference.once("inner", None, lambda: asked.append("inner"))
        return VALUE

    inference.once("outer", None, outer)
    assert asked == ["inner"]


def test_a_question_that_is_being_answered_is_not_asked_again() -> None:
    inference = small("").inference
    subject = object()
    seen: list[Value | None] = []

    def answer() -> Value:
        seen.append(inference.once("a", subject, answer))
        return VALUE

    assert inference.once("a", subject, answer) == VALUE
    assert inference.once("a", subject, answer) == VALUE
    assert seen == [None]


def test_an_answer_that_a_circle_cut_short_is_asked_again() -> None:
    inference = small("").inference
    subject = object()

    def outer() -> Value:
        inference.once("inner", subject, inner)
        return VALUE

    def inner() -> Value | None:
        return inference.once("outer", subject, outer)

    assert inference.once("outer", subject, outer) == VALUE
    assert inference.once("inner", subject, inner) == VALUE


def test_a_question_whose_answer_fails_can_be_asked_again() -> None:
    inference = small("").inference
    subject = object()

    def fail() -> Value:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # the one that is raised above
        inference.once("a", subject, fail)
    assert inference.once("a", subject, lambda: VALUE) == VALUE


CIRCLE = """
    from sqlalchemy.ext.asyncio import AsyncEngine
    def one(): return two()
    def two(): return three()
    def three() -> AsyncEngine: return one()
"""


@pytest.mark.parametrize("order", [*permutations(("one", "two", "three"))], ids="-".join)
def test_functions_in_a_circle_give_the_same_whichever_is_asked_first(order: tuple[str, ...]) -> None:
    found = small(CIRCLE)
    given = {name: described(found.inference.returned(function(found, name))) for name in order}
    assert given == {"one": ENGINE, "two": ENGINE, "three": ENGINE}


@pytest.mark.parametrize(("deeper", "wanted"), [(0, "COLLECTION"), (1, None)])
def test_expressions_are_followed_to_a_limited_depth(deeper: int, wanted: str | None) -> None:
    found = small("x = []")
    found.inference.depth = MAX_DEPTH + deeper
    assert described(found.inference.value(bound(found), end(found))) == wanted


@pytest.mark.parametrize(("deeper", "wanted"), [(0, VALUE), (1, None)])
def test_questions_are_answered_to_a_limited_depth(deeper: int, wanted: Value | None) -> None:
    inference = small("").inference
    inference.depth = MAX_DEPTH + deeper
    assert inference.once("a", None, lambda: VALUE) == wanted


@pytest.mark.parametrize(("length", "wanted"), [(MAX_DEPTH // 2, ENGINE), (MAX_DEPTH * 2, None)])
def test_a_long_row_of_names_is_not_known(length: int, wanted: str | None) -> None:
    names = [f"x{number} = x{number - 1}" for number in range(1, length)]
    assert of("\n".join(["x0 = engine", *names, f"x = x{length - 1}"])) == wanted


@pytest.mark.parametrize(("more", "wanted"), [(0, f"COLLECTION of {ENGINE}"), (1, "COLLECTION")])
def test_a_limited_number_of_expressions_is_looked_at_for_one_question(more: int, wanted: str) -> None:
    found = small(f"x = [{'engine, ' * (MAX_STEPS + more)}]")
    assert described(found.inference.value(Name("engine"), end(found))) == ENGINE
    for _ in range(2):  # the next question starts anew
        assert described(value(found)) == wanted


@pytest.mark.parametrize(("more", "again"), [(0, VALUE), (1, None)])
def test_an_answer_that_the_limit_cut_short_is_kept(more: int, again: Value | None) -> None:
    found = small(f"x = [{'engine, ' * (MAX_STEPS + more)}]")
    found.inference.value(Name("engine"), end(found))
    subject = object()

    def outer() -> Value:
        value(found)
        found.inference.once("inner", subject, inner)
        return VALUE

    def inner() -> Value | None:
        return found.inference.once("outer", subject, outer)

    assert found.inference.once("outer", subject, outer) == VALUE
    assert found.inference.once("inner", subject, lambda: VALUE) == again


BASES = """
    class Own(AsyncSession): pass
    class Deep(Own): pass
    class Other: pass
"""


@pytest.mark.parametrize(
    ("text", "names", "wanted"),
    [
        ("SessionLocal()", ("sqlalchemy.AsyncSession",), True),
        ("SessionLocal()", ("sqlalchemy.Session", "sqlalchemy.AsyncSession"), True),
        ("SessionLocal()", ("sqlalchemy.Session",), False),
        ("SessionLocal()", (), False),
        ("Own()", ("sqlalchemy.AsyncSession",), True),
        ("Deep()", ("sqlalchemy.AsyncSession",), True),
        ("Deep()", ("sqlalchemy.Session",), False),
        ("Other()", ("sqlalchemy.AsyncSession",), False),
        ("Own", ("sqlalchemy.AsyncSession",), False),
        ("AsyncSession", ("sqlalchemy.AsyncSession",), False),
        ("SessionLocal", ("sqlalchemy.AsyncSession",), False),
        ("SessionLocal().commit", ("sqlalchemy.AsyncSession",), False),
    ],
)
def test_an_object_is_of_its_class_and_of_those_it_inherits_from(
    text: str, names: tuple[str, ...], wanted: bool
) -> None:
    found = small(BASES, f"x = {text}")
    assert found.inference.is_a(value(found), *names) is wanted


def test_what_is_not_known_is_of_no_class() -> None:
    assert small("").inference.is_a(None, "sqlalchemy.AsyncSession") is False


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, None),
        (Value(Kind.LIBRARY, "sqlalchemy.ext.asyncio.AsyncSession"), "sqlalchemy.AsyncSession"),
        (Value(Kind.LIBRARY, "somewhere.thing"), "somewhere.thing"),
        (Value(Kind.FOREIGN, "somewhere.thing"), None),
        (Value(Kind.INSTANCE, "sqlalchemy.AsyncSession"), None),
    ],
    ids=str,
)
def test_a_library_name_is_that_of_what_a_library_offers(given: Value | None, wanted: str | None) -> None:
    assert small("").inference.library_name(given) == wanted


BEHIND = """
    def plain(): pass
    class Made:
        def __init__(self): pass
    class Called:
        def __call__(self): pass
    class Heir(Made): pass
    class Neither: pass
    made = Made()
    called = Called()
    heir = Heir()
    neither = Neither()
"""


@pytest.mark.parametrize(
    ("name", "itself", "behind"),
    [
        ("plain", "plain", "plain"),
        ("lambda: 1", "<lambda>", "<lambda>"),
        ("Made", None, "__init__"),
        ("Heir", None, "__init__"),
        ("Called", None, None),
        ("Neither", None, None),
        ("called", None, "__call__"),
        ("made", None, None),
        ("neither", None, None),
        ("called.__call__", "__call__", "__call__"),
        ("engine", None, None),
        ("print", None, None),
    ],
)
def test_the_function_behind_a_value_is_what_a_framework_runs(
    name: str, itself: str | None, behind: str | None
) -> None:
    found = small(BEHIND, f"x = {name}")
    given = value(found)
    names = [
        getattr(asked(given), "name", None) for asked in (found.inference.function, found.inference.function_behind)
    ]
    assert names == [itself, behind]


def test_behind_what_is_not_known_is_no_function() -> None:
    inference = small("").inference
    assert inference.function(None) is None
    assert inference.function_behind(None) is None


def test_a_value_that_a_call_has_made_comes_from_that_call_alone() -> None:
    found = small("x = engine\nlook()")
    given = value(found)
    made = found.inference.with_origin(given, call(found, "look"))
    assert given.chain
    assert made.same_as(given)
    assert made.origins == {call(found, "look")}
    assert made.chain == ()


@pytest.mark.parametrize(
    ("text", "wanted"), [("def x(): return engine", ENGINE), ("class x: pass", "OBJECT x"), ("x = engine", None)]
)
def test_what_is_given_to_a_framework_is_called_by_it(text: str, wanted: str | None) -> None:
    found = small(text)
    given = found.inference.value(Name("x"), end(found))
    assert given is not None
    assert described(found.inference.given_to_framework(given)) == wanted


def test_a_member_and_a_parameter_are_asked_for_by_value_and_binding() -> None:
    found = small("def f(s: AsyncSession): pass")
    holder = function(found, "f")
    assert described(found.inference.value_of_parameter(holder, holder.bindings["s"][0])) == SESSION
    assert described(found.inference.member(VALUE, "sync_session")) == "INSTANCE sqlalchemy.Session"


CALLED = """
    def f(): pass
    class A:
        def __init__(self): pass
        def go(self): pass
        @staticmethod
        def lone(): pass
    class B(A): pass
    class C(A):
        def __init__(self): pass
        def go(self): pass
    class D(generic.A[int]): pass
    class E:
        def __call__(self): pass
"""


@pytest.mark.parametrize(
    ("text", "name", "owner", "wanted"),
    [
        ("f()", "f", None, ["f()"]),
        ("g = f\ng()", "f", None, ["g()"]),
        ("from somewhere import f as h\nh()", "f", None, []),
        ("other.f()", "f", None, []),
        ("f\nprint(f)", "f", None, []),
        ("def f(): pass\nf()", "f", None, []),
        ("def __call__(): pass\n__call__()", "__call__", None, ["__call__()"]),
        ("A()", "__init__", "A", ["A()"]),
        ("B()", "__init__", "A", ["B()"]),
        ("C()", "__init__", "A", []),
        ("C()", "__init__", "C", ["C()"]),
        ("D()", "__init__", "A", []),
        ("A().go()", "go", "A", ["A().go()"]),
        ("B().go()", "go", "A", ["B().go()"]),
        ("C().go()", "go", "A", []),
        ("A.go(a)", "go", "A", ["A.go(a)"]),
        ("A.lone()", "lone", "A", ["A.lone()"]),
        ("unknown.go()", "go", "A", []),
        (
            """
            A = A
            E = E()
            E()
            """,
            "__call__",
            "E",
            ["E()"],
        ),
        ("E()", "__call__", "E", []),
    ],
)
def test_callers_are_the_calls_that_are_known_to_call(
    text: str, name: str, owner: str | None, wanted: list[str]
) -> None:
    found = small(CALLED, text)
    first = next(item for item in found.functions() if item.name == name and (item.owner and item.owner.name) == owner)
    assert [spelled(item) for item in found.inference.callers(first)] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("A", "A"), ("deep.A", "A"), ("A[int]", "A"), ("deep.A[int]", "A"), ("make()", None), ("A[int][int]", None)],
)
def test_a_base_is_named_without_its_parameters(text: str, wanted: str | None) -> None:
    assert base_name(bound(small(f"x = {text}"))) == wanted
