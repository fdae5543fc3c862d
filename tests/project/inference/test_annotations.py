"""What annotations promise: classes, aliases, unions, wrappers, metadata; and what they leave open."""

from __future__ import annotations

import pytest

from async_db_lint.project.inference.annotations import WRAPPERS, annotated, instance
from async_db_lint.project.inference.protocol import Hints
from async_db_lint.project.names.places import place_of
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.project.project import Project
from tests.project.inference.parts import ENGINE, FACTORY, SESSION, cls, hinted, last, small
from tests.projects import described

HEAD = """
import collections.abc, contextlib, typing, somewhere
from dishka import FromDishka
from fastapi import Depends
from sqlalchemy import Result
from sqlalchemy.ext.asyncio import AsyncEngine, async_scoped_session
from sqlalchemy.orm import Session, scoped_session, sessionmaker

class Own: pass
own = Own()
async def get():
    yield SessionLocal()
"""


def noted(found: Project, path: str = "app.py") -> str | None:
    """What the annotation of the last `x: …` at the top of a file promises."""
    binding = last(found, path=path)
    return described(annotated(found.inference, binding.annotation, place_of(binding)))


def promised(note: str, head: str = "") -> str | None:
    return noted(small(HEAD, head, f"x: {note}\n"))


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        ("AsyncSession", SESSION),
        ("'AsyncSession'", SESSION),
        ("AsyncEngine", ENGINE),
        ("Own", "OBJECT Own"),
        ("Own[int]", "OBJECT Own"),
        ("int", "FOREIGN builtins.int"),
        ("somewhere.Any", "FOREIGN somewhere.Any"),
        ("typing.Text", "FOREIGN typing.Text"),
        ("Result[int]", "INSTANCE sqlalchemy.Result"),
        ("somewhere.Thing[AsyncSession]", "FOREIGN somewhere.Thing"),
    ],
)
def test_a_class_promises_its_objects(note: str, wanted: str) -> None:
    assert promised(note) == wanted


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        ("async_sessionmaker", FACTORY),
        ("async_sessionmaker[Own]", "INSTANCE sqlalchemy.async_sessionmaker of OBJECT Own"),
        ("async_sessionmaker[unknown]", "INSTANCE sqlalchemy.async_sessionmaker"),
        ("async_scoped_session", f"INSTANCE sqlalchemy.async_scoped_session of {SESSION}"),
        ("async_scoped_session[Own]", "INSTANCE sqlalchemy.async_scoped_session of OBJECT Own"),
        ("sessionmaker", "INSTANCE sqlalchemy.sessionmaker"),
        ("sessionmaker[Session]", "INSTANCE sqlalchemy.sessionmaker of INSTANCE sqlalchemy.Session"),
        ("scoped_session[Session]", "INSTANCE sqlalchemy.scoped_session of INSTANCE sqlalchemy.Session"),
        ("Session", "INSTANCE sqlalchemy.Session"),
    ],
)
def test_a_factory_promises_what_it_makes(note: str, wanted: str) -> None:
    assert promised(note) == wanted


@pytest.mark.parametrize(
    "note",
    [
        "unknown",
        "unknown[AsyncSession]",
        "engine",
        "engine[int]",
        "SessionLocal[AsyncSession]",
        "own",
        "get",
        "1",
        "'AsyncSession |'",
        "AsyncSession - None",
        "(AsyncSession, AsyncSession)",
        "typing.Any",
        "object",
        "typing.Self",
        "typing.Callable",
        "typing.Generator",
        "collections.abc.AsyncGenerator",
        "collections.abc.AsyncIterator",
        "typing.Deque[AsyncSession]",
        "typing.Any[AsyncSession]",
    ],
)
def test_an_annotation_that_says_nothing_known_promises_nothing(note: str) -> None:
    assert promised(note) is None


def test_without_an_annotation_nothing_is_promised() -> None:
    found = small("x = 1\n")
    assert annotated(found.inference, None, place_of(last(found))) is None


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        ("typing.Optional[AsyncSession]", SESSION),
        ("AsyncSession | None", SESSION),
        ("None | AsyncSession", SESSION),
        ("AsyncSession | AsyncSession | None", SESSION),
        ("typing.Union[None, AsyncSession]", SESSION),
        ("AsyncSession or None", SESSION),
        ("typing.Optional[unknown]", None),
        ("AsyncSession | Session", None),
        ("typing.Union[AsyncSession, Session]", None),
        ("AsyncSession or Session", None),
        ("AsyncSession | unknown", None),
        ("AsyncSession | 1", None),
        ("None | None", None),
    ],
)
def test_a_union_promises_what_all_its_members_are_but_none(note: str, wanted: str | None) -> None:
    assert promised(note) == wanted


@pytest.mark.parametrize("wrapper", ["ClassVar", "Final", "Required", "NotRequired"])
def test_a_qualifier_does_not_change_the_promise(wrapper: str) -> None:
    assert promised(f"typing.{wrapper}[AsyncSession]") == SESSION


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_wrapper_promises_its_kind_of_what_is_inside(name: str) -> None:
    root = "" if name.islower() else "typing."
    assert promised(f"{root}{name}[AsyncSession]") == f"{WRAPPERS[name].name} of {SESSION}"


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        ("collections.abc.AsyncIterator[AsyncSession]", f"ASYNC_GENERATOR of {SESSION}"),
        ("contextlib.AbstractAsyncContextManager[AsyncSession]", f"ASYNC_MANAGER of {SESSION}"),
        ("typing.AsyncGenerator[AsyncSession, None]", f"ASYNC_GENERATOR of {SESSION}"),
        ("typing.Coroutine[None, None, AsyncSession]", f"COROUTINE of {SESSION}"),
        ("typing.Coroutine[AsyncSession, None, None]", "COROUTINE"),
        ("typing.Callable[[AsyncEngine], AsyncSession]", f"CALLABLE of {SESSION}"),
        ("dict[str, AsyncSession]", f"COLLECTION of {SESSION}"),
        ("typing.Dict[str, AsyncSession]", f"COLLECTION of {SESSION}"),
        ("typing.Mapping[AsyncSession, unknown]", "COLLECTION"),
        ("list[unknown]", "COLLECTION"),
        ("type[AsyncSession]", "LIBRARY sqlalchemy.ext.asyncio.AsyncSession"),
        ("typing.Type[Own]", "CLASS Own"),
        ("tuple[()]", "FOREIGN builtins.tuple"),
    ],
)
def test_generics_of_the_standard_library_are_read_by_position(note: str, wanted: str) -> None:
    assert promised(note) == wanted


@pytest.mark.parametrize(
    ("note", "wanted"),
    [
        ("typing.Annotated[AsyncSession, 'x']", SESSION),
        ("typing.Annotated[int, Depends(get)]", SESSION),
        ("typing.Annotated[int, 'x', Depends(get)]", SESSION),
        ("typing.Annotated[AsyncSession, Depends(unknown)]", SESSION),
        ("typing.Annotated[AsyncSession, Depends]", SESSION),
        ("typing.Annotated[unknown, 'x']", None),
    ],
)
def test_a_dependency_in_the_metadata_is_believed_before_the_type(note: str, wanted: str | None) -> None:
    assert promised(note) == wanted


def test_the_marker_of_dishka_is_looked_through() -> None:
    assert promised("FromDishka[AsyncSession]") == SESSION


def test_a_marker_that_the_user_declares_is_looked_through() -> None:
    found = hinted(Hints(markers=frozenset({"kit.Inject"})), "from kit import Inject\nx: Inject[AsyncSession]\n")
    assert noted(found) == SESSION
    assert noted(small("from kit import Inject\nx: Inject[AsyncSession]\n")) == "FOREIGN kit.Inject"


def test_an_annotation_that_the_user_declares_to_be_a_session_is_one() -> None:
    text = "from kit import Db\nx: Db\n"
    assert noted(hinted(Hints(sessions=frozenset({"kit.Db"})), text)) == SESSION
    assert noted(small(text)) == "FOREIGN kit.Db"


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("T = AsyncSession", SESSION),
        ("T = AsyncSession | None", SESSION),
        ("T = typing.Optional[AsyncSession]", SESSION),
        ("T = typing.Annotated[int, Depends(get)]", SESSION),
        ("T = somewhere.Thing", "FOREIGN somewhere.Thing"),
        ("T = T", None),
        ("T = U\nU = T", None),
        ("T = SessionLocal()", None),
        ("T = lambda: engine", None),
    ],
)
def test_an_alias_promises_what_it_stands_for(head: str, wanted: str | None) -> None:
    assert promised("T", head) == wanted


def test_an_alias_with_two_meanings_promises_nothing() -> None:
    head = """
if URL:
    T = AsyncSession | None
else:
    T = AsyncEngine | None
"""
    assert promised("T", head) is None
    assert promised("T", head.replace("AsyncEngine", "AsyncSession")) == SESSION


def test_an_alias_of_another_file_is_read_where_it_is_defined() -> None:
    found = small(
        """
        import types_
        from types_ import Db
        x: types_.Db
        """,
        types_="""
            from sqlalchemy.ext.asyncio import AsyncSession as Real
            Db = Real | None
        """,
    )
    assert noted(found) == SESSION


@pytest.mark.parametrize(("length", "wanted"), [(2, SESSION), (20, SESSION), (2000, None)])
def test_aliases_of_aliases_are_followed_as_far_as_the_stack_allows(length: int, wanted: str | None) -> None:
    links = [f"T{number} = T{number - 1}" for number in range(1, length)]
    head = "\n".join(["T0 = AsyncSession | None", *links])
    assert promised(f"T{len(links)}", head) == wanted


RECURSIVE = [
    "T = Union[T, T]",
    "T = Optional[T]",
    "T = list[T] | dict[str, T] | None",
    "T = list['T'] | AsyncSession",
    "A = list[T]\nT = dict[str, A] | None",
    "T = Annotated[T, 'x']",
    "T = Callable[[T], T]",
    "T = " + " | ".join(["list[T]"] * 30),
    "T = " + "list[" * 80 + "T" + "]" * 80,
]


@pytest.mark.parametrize("alias", RECURSIVE)
def test_a_recursive_alias_promises_nothing(alias: str) -> None:
    head = "from typing import Annotated, Callable, Optional, Union\n" + alias
    found = promised("T", head)
    assert found is None or not found.startswith("INSTANCE")


def test_an_alias_is_not_mistaken_for_one_of_the_same_text_in_another_file() -> None:
    found = small(
        """
        from sqlalchemy.ext.asyncio import AsyncSession as Real
        import other
        Db = Real
        x: Db
        """,
        other="""
            from sqlalchemy.orm import Session as Real
            Db = Real
            x: Db
        """,
    )
    assert noted(found) == SESSION
    assert noted(found, "other.py") == "INSTANCE sqlalchemy.Session"
    assert noted(found) == SESSION


@pytest.mark.parametrize(
    "given",
    [
        Value(Kind.INSTANCE, "sqlalchemy.AsyncSession"),
        Value(Kind.FOREIGN, "somewhere.Thing"),
        Value(Kind.CLASS),
        Value(Kind.LIBRARY, "typing.Any"),
    ],
    ids=lambda given: given.kind.name,
)
def test_what_is_no_known_class_has_no_objects(given: Value) -> None:
    assert instance(small("").inference, given) is None


def test_a_class_has_objects() -> None:
    found = small("class Own: pass\n")
    assert instance(found.inference, Value(Kind.CLASS, definition=cls(found, "Own"))) == Value(
        Kind.OBJECT, definition=cls(found, "Own")
    )
    assert described(instance(found.inference, Value(Kind.LIBRARY, "sqlalchemy.ext.asyncio.AsyncSession"))) == SESSION
