"""Rules about queries: the smallest code of which each speaks, and the code of which it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.silence.cases import Case, case

# ADB401.

LEGACY = case(
    "ADB401",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    async def load(session: AsyncSession, book):
        return session.query(book).all()
    """,
)
LEGACY_SPOKEN = [
    LEGACY,
    *LEGACY.elsewhere(),
    LEGACY.but("in a plain function", {"async def": "def"}),
    LEGACY.but(
        "of an heir", {"async def": "class Own(AsyncSession): ...\nasync def", "session: AsyncSession": "session: Own"}
    ),
    LEGACY.but("of SQLModel", {"sqlalchemy.ext.asyncio": "sqlmodel.ext.asyncio.session"}),
    LEGACY.but("of a registry", {"AsyncSession": "async_scoped_session"}),
]
LEGACY_SILENT = [
    LEGACY.but("for a synchronous session", {"AsyncSession": "Session", "sqlalchemy.ext.asyncio": "sqlalchemy.orm"}),
    LEGACY.but("for a session that is not known", {"session: AsyncSession": "session"}),
    LEGACY.but("for another library's session", {"sqlalchemy.ext.asyncio": "database.tools"}),
    LEGACY.but("for a function of that name", {"session.query(book)": "query(book)"}),
    LEGACY.but("for another method", {"session.query": "session.execute"}),
    LEGACY.but(
        "of an heir that defines it",
        {
            "async def": "class Own(AsyncSession):\n    def query(self, book): ...\nasync def",
            "session: AsyncSession": "session: Own",
        },
    ),
    LEGACY.but(
        "inside of `run_sync`",
        {
            "async def load(session: AsyncSession, book):": "def load(session):",
            "query(book).all()": "query(1).all()\nasync def run(session: AsyncSession): await session.run_sync(load)",
        },
    ),
    LEGACY.but(
        "in a lambda for `run_sync`",
        {"return session.query(book).all()": "return await session.run_sync(lambda inner: inner.query(book).all())"},
    ),
]

# ADB402.

MIXED = case(
    "ADB402",
    """
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import DeclarativeBase
    class Base(DeclarativeBase): ...
    class Book(Base):
        __tablename__ = "book"
    async def save(session: AsyncSession, name):
        session.add(Book())
        await session.execute(text("SELECT * FROM book"))
    """,
)
SQL = '"SELECT * FROM book"'
MIXED_SPOKEN = [
    MIXED,
    *(
        MIXED.but(sql, {SQL: f"'{sql}'"})
        for sql in (
            "INSERT INTO book VALUES (1)",
            "UPDATE book SET x = 1",
            "delete from only book",
            "SELECT * FROM shelf JOIN book ON true",
            'SELECT * FROM "book"',
            'SELECT * FROM "public"."book"',
            "SELECT * FROM public.book",
        )
    ),
    MIXED.but("for several objects", {"add(Book())": "add_all([Book(), Book()])"}),
    MIXED.but("for a name", {"session.add(Book())": "book = Book()\nsession.add(book)"}),
    MIXED.but("with another object", {"session.add(Book())": "session.add(Base())\nsession.add(Book())"}),
    MIXED.but("for the last name of the table", {"__tablename__ =": '__tablename__ = "shelf"\n__tablename__ ='}),
]
MIXED_SILENT = [
    *MIXED.elsewhere(),
    *(
        MIXED.but(sql, {SQL: f'"{sql}"'})
        for sql in (
            "SELECT 1",
            "SELECT * FROM shelf",
            "SELECT * FROM books",
            "NOTIFY book",
            "SET book = 1",
            "LOCK book",
        )
    ),
    MIXED.but("when the SQL is not written out", {SQL: "name"}),
    MIXED.but("when the SQL is no text", {SQL: "1"}),
    MIXED.but("when nothing is given", {SQL: ""}),
    MIXED.but("when it is another `text`", {"from sqlalchemy import text": "from database.tools import text"}),
    MIXED.but("when it is a statement", {f"text({SQL})": "select(Book)"}),
    MIXED.but("when nothing is added", {"session.add(Book())": "Book()"}),
    MIXED.but("when the object is not known", {"session.add(Book())": "session.add(name)"}),
    MIXED.but("when the object is none of a class", {"session.add(Book())": "session.add(Book)"}),
    MIXED.but("when the object has no table", {'__tablename__ = "book"': "pass"}),
    MIXED.but("when the table's name is made", {'__tablename__ = "book"': "__tablename__ = name()"}),
    MIXED.but("when the table's name is no text", {'__tablename__ = "book"': "__tablename__ = 1"}),
    MIXED.but("when another function adds", {"    await": "async def load(session: AsyncSession):\n        await"}),
    MIXED.but("when it is added to something else", {"session.add": "name.add"}),
    MIXED.but(
        "when it is added to a synchronous session",
        {"session: AsyncSession": "session: Session", "import DeclarativeBase": "import DeclarativeBase, Session"},
    ),
    MIXED.but(
        "at the top of a module",
        {
            "async def save(session: AsyncSession, name):": "session = AsyncSession(engine)",
            "    session.add": "session.add",
            "    await session.execute": "session.execute",
        },
    ),
]

# ADB403.

RAW = case(
    "ADB403",
    """
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession
    from database.tools import SQL
    ONE = "SELECT 1"
    async def run(session: AsyncSession, given):
        await session.execute("SELECT 1")
    """,
)
PLAIN = '"SELECT 1")'
RAW_SPOKEN = [
    RAW,
    RAW.on("sqlalchemy>=2.0"),
    *RAW.elsewhere(),
    RAW.but("for a constant", {f"execute({PLAIN}": "execute(ONE)"}),
    RAW.but(
        "for a constant in a class that has such a name",
        {
            f"execute({PLAIN}": "execute(given)",
            "async def": "class Own:\n    ONE = text(ONE)\n    async def other(self, session: AsyncSession):\n"
            "        await session.execute(ONE)\nasync def",
        },
    ),
    RAW.but("for a name of a name", {f"execute({PLAIN}": "execute(FIRST)", "async def": "FIRST = ONE\nasync def"}),
    RAW.but(
        "for a constant of another file",
        {f"execute({PLAIN}": "execute(statements.ONE)", "from dat": "import statements\nfrom dat"},
    ).beside("for a constant of another file", "statements.py", 'import sqlalchemy\nONE = "SELECT 1"\n'),
]
RAW_SILENT = [
    RAW.on("sqlalchemy>=1.4"),
    RAW.on("sqlalchemy<2"),
    RAW.but("for bytes", {f"execute({PLAIN}": "execute(b'SELECT 1')"}),
    RAW.but("for a statement", {f"execute({PLAIN}": "execute(text(ONE))"}),
    RAW.but("for what is not known", {f"execute({PLAIN}": "execute(SQL)"}),
    RAW.but("for nothing", {f"execute({PLAIN}": "execute()"}),
    RAW.but(
        "for a statement of the class around it",
        {
            f"execute({PLAIN}": "execute(given)",
            "async def": "class Own:\n    ONE = text(ONE)\n    AsyncSession().execute(ONE)\nasync def",
        },
    ),
    RAW.but("for a splat", {f"execute({PLAIN}": "execute(*given)"}),
    RAW.but(
        "for a constant that is bound again",
        {f"execute({PLAIN}": "execute(ONE)", "async def": "ONE = text(ONE)\nasync def"},
    ),
]

# ADB415.

SYNCHRONOUS = case(
    "ADB415",
    """
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
    from sqlalchemy.orm import Session
    engine = create_async_engine(URL)
    app = FastAPI()
    def load(session: Session):
        return session.query(Book).all()
    """,
)
SYNCHRONOUS_SPOKEN = [
    SYNCHRONOUS,
    SYNCHRONOUS.served_from("books.py", "in a file that the application imports"),
    SYNCHRONOUS.but("of SQLModel", {"sqlalchemy.orm": "sqlmodel"}),
    SYNCHRONOUS.but(
        "at the top of a module",
        {"def load(session: Session):": "session = Session()", "    return session.": "books = session."},
    ),
    SYNCHRONOUS.but(
        "with an async session alone", {"engine = create_async_engine(URL)": "session = AsyncSession(URL)"}
    ),
    SYNCHRONOUS.but(
        "while `run_sync` runs another function",
        {
            "all()": "all()\ndef other(session): ...\nasync def run(session: AsyncSession): await session.run_sync(other)"
        },
    ),
    SYNCHRONOUS.but(
        "while `run_sync` runs what is not known",
        {"all()": "all()\nasync def run(session: AsyncSession, other): await session.run_sync(other)"},
    ),
]
SYNCHRONOUS_SILENT = [
    *SYNCHRONOUS.elsewhere(),
    SYNCHRONOUS.apart(),
    SYNCHRONOUS.but("in a project that is not async", {"engine = create_async_engine(URL)": ""}),
    SYNCHRONOUS.but("for an async session", {"session: Session": "session: AsyncSession"}),
    SYNCHRONOUS.but("for a session that is not known", {"session: Session": "session"}),
    SYNCHRONOUS.but("for another library's session", {"sqlalchemy.orm": "database.tools"}),
    SYNCHRONOUS.but("for a function of that name", {"session.query": "query"}),
    SYNCHRONOUS.but(
        "in a function for `run_sync`",
        {"all()": "all()\nasync def run(session: AsyncSession): await session.run_sync(load)"},
    ),
    SYNCHRONOUS.but(
        "in a function for `run_sync`, by keyword",
        {"all()": "all()\nasync def run(session: AsyncSession): await session.run_sync(fn=load)"},
    ),
]

SPOKEN = [*LEGACY_SPOKEN, *MIXED_SPOKEN, *RAW_SPOKEN, *SYNCHRONOUS_SPOKEN]
SILENT = [*LEGACY_SILENT, *MIXED_SILENT, *RAW_SILENT, *SYNCHRONOUS_SILENT]


@pytest.mark.parametrize("example", SPOKEN, ids=str)
def test_a_rule_speaks(example: Case, tmp_path: Path) -> None:
    assert [item.code for item in example.found(tmp_path)] == [example.code]


@pytest.mark.parametrize("example", SILENT, ids=str)
def test_a_rule_is_silent(example: Case, tmp_path: Path) -> None:
    assert example.found(tmp_path) == []


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (LEGACY, "`session.query(…)`: async sessions have no `query()`"),
        (SYNCHRONOUS, "`query()` is the legacy interface: async sessions do not have it"),
        (
            MIXED.on("sqlalchemy==2.0.40"),
            "raw SQL and the ORM both work on `book` here: SQLAlchemy 2.0 does not write pending objects before it",
        ),
        (MIXED.on("sqlalchemy>=2.1"), "raw SQL and the ORM both work on `book` here"),
        (
            MIXED,
            "raw SQL and the ORM both work on `book` here: before SQLAlchemy 2.1 it does not see pending objects",
        ),
    ],
    ids=str,
)
def test_a_query_is_said_to_be_wrong_for_what(example: Case, message: str, tmp_path: Path) -> None:
    found = example.only(tmp_path)
    assert found.message == message


def test_raw_sql_is_shown_with_what_writes_the_table_first(tmp_path: Path) -> None:
    found = MIXED.but("twice", {"session.add(Book())": "session.add(Book())\nsession.add(Book())"}).only(tmp_path)
    assert [(note.location.line, note.message) for note in found.related] == [(8, "written through the ORM here")]
