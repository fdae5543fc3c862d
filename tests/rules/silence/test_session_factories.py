"""Rules about session factories: the smallest code that each reports, and look-alikes that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.silence.cases import Case, case

# ADB202.

EXPIRING = case(
    "ADB202",
    """
    from sqlalchemy.ext.asyncio import async_sessionmaker
    SessionLocal = async_sessionmaker(engine)
    """,
)
DIRECT = case(
    "ADB202",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    async def save(book):
        async with AsyncSession(engine) as session:
            session.add(book)
            await session.commit()
    """,
    "for a session that is made directly",
)
OF_CLASS = case(
    "ADB202",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import sessionmaker
    SessionLocal = sessionmaker(engine, class_=AsyncSession)
    """,
    "for a synchronous factory of async sessions",
)
EXPIRING_SPOKEN = [
    EXPIRING,
    EXPIRING.but("switched on", {"engine)": "engine, expire_on_commit=True)"}),
    EXPIRING.but("switched on in a dict", {"engine)": 'engine, **{"expire_on_commit": True})'}),
    EXPIRING.but("left out of a dict", {"engine)": 'engine, **{"autoflush": True})'}),
    EXPIRING.but("configured otherwise", {"(engine)": "(engine)\nSessionLocal.configure(autoflush=False)"}),
    EXPIRING.but(
        "while another factory is configured",
        {
            "(engine)": "(engine)\nOther = async_sessionmaker(engine, expire_on_commit=False)\nOther.configure(expire_on_commit=False)"
        },
    ),
    EXPIRING.but(
        "while one session is made otherwise", {"(engine)": "(engine)\nsession = SessionLocal(autoflush=False)"}
    ),
    OF_CLASS,
    DIRECT,
    DIRECT.but("of an engine by keyword", {"(engine)": "(bind=engine)"}),
    DIRECT.but(
        "in a transaction",
        {"session.add(book)": "async with session.begin(): session.add(book)", "await session.commit()": ""},
    ),
    DIRECT.but("that loads", {"session.add(book)": "await session.scalars(book)"}),
    DIRECT.but(
        "that is returned",
        {
            "async with AsyncSession(engine) as session:": "return AsyncSession(engine)",
            "        session.add(book)\n": "",
            "        await session.commit()\n": "",
        },
    ),
    DIRECT.but("that is yielded", {"session.add(book)": "yield session", "await session.commit()": "pass"}),
    DIRECT.but("of SQLModel", {"sqlalchemy.ext.asyncio": "sqlmodel.ext.asyncio.session"}),
]
EXPIRING_SILENT = [
    *EXPIRING.elsewhere(),
    *OF_CLASS.elsewhere(),
    *DIRECT.elsewhere(),
    EXPIRING.but("switched off", {"engine)": "engine, expire_on_commit=False)"}),
    EXPIRING.but("with a setting", {"engine)": "engine, expire_on_commit=settings.expire)"}),
    EXPIRING.but("switched off in a dict", {"engine)": 'engine, **{"expire_on_commit": False})'}),
    EXPIRING.but("with a dict that is not known", {"engine)": "engine, **options)"}),
    EXPIRING.but("with a number that only equals it", {"engine)": "engine, expire_on_commit=1)"}),
    EXPIRING.but("for another library's factory", {"sqlalchemy.ext.asyncio": "database.tools"}),
    EXPIRING.but("switched off later", {"(engine)": "(engine)\nSessionLocal.configure(expire_on_commit=False)"}),
    EXPIRING.but(
        "switched off where it is called", {"(engine)": "(engine)\nsession = SessionLocal(expire_on_commit=False)"}
    ),
    EXPIRING.but(
        "switched off where something of its name is called",
        {"(engine)": "(engine)\ndef make(SessionLocal): return SessionLocal(expire_on_commit=False)"},
    ),
    OF_CLASS.but("for synchronous sessions", {", class_=AsyncSession": ""}),
    OF_CLASS.but("for sessions that are not known", {"class_=AsyncSession": "class_=settings.session"}),
    DIRECT.but("without an engine", {"(engine)": "()"}),
    DIRECT.but("that is never committed", {"await session.commit()": "await session.rollback()"}),
    DIRECT.but("that holds no objects", {"session.add(book)": "await session.execute(book)"}),
    DIRECT.but("while another object holds objects", {"session.add(book)": "book.add(book)"}),
    DIRECT.but("while another object is committed", {"session.commit()": "book.commit()"}),
    DIRECT.but(
        "in a synchronous session",
        {
            "sqlalchemy.ext.asyncio import AsyncSession": "sqlalchemy.orm import Session",
            "async with AsyncSession": "with Session",
            "await session": "session",
        },
    ),
]

# ADB203.

OLD = case(
    "ADB203",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import sessionmaker
    SessionLocal = sessionmaker(engine, class_=AsyncSession)
    """,
)
OLD_SPOKEN = [
    OLD,
    *OLD.elsewhere("a script"),
    *(OLD.on(f"sqlalchemy{text}") for text in ("==1.4.52", ">=1.4,<2", ">=2.0", "<3", "==2.0.40")),
    OLD.but(
        "for a class of the project",
        {"SessionLocal =": "class Own(AsyncSession): ...\nSessionLocal =", "class_=AsyncSession": "class_=Own"},
    ),
]
OLD_SILENT = [
    *OLD.elsewhere("a test", "a migration"),
    *(OLD.on(f"sqlalchemy{text}") for text in (">=1.4", ">=1.4,<3", ">=1.4.20,<2.1")),
    OLD.but("for synchronous sessions", {", class_=AsyncSession": ""}),
    OLD.but("for sessions that are not known", {"class_=AsyncSession": "class_=settings.session"}),
    OLD.but("for a class of that name that is not SQLAlchemy's", {"sqlalchemy.ext.asyncio": "database.tools"}),
    OLD.but("for another library's factory", {"sqlalchemy.orm": "database.tools"}),
    OLD.but(
        "for the new factory",
        {"sqlalchemy.orm import sessionmaker": "sqlalchemy.ext.asyncio import async_sessionmaker as sessionmaker"},
    ),
]

# ADB206.

SCOPED = case(
    "ADB206",
    """
    from sqlalchemy.ext.asyncio import async_sessionmaker
    from sqlalchemy.orm import scoped_session
    factory = async_sessionmaker(engine, expire_on_commit=False)
    registry = scoped_session(factory)
    """,
)
SCOPED_SPOKEN = [SCOPED, *SCOPED.elsewhere()]
SCOPED_SILENT = [
    SCOPED.but(
        "around synchronous sessions",
        {"async_sessionmaker": "sessionmaker", "sqlalchemy.ext.asyncio": "sqlalchemy.orm"},
    ),
    SCOPED.but("around a factory that is not known", {"scoped_session(factory)": "scoped_session(settings.factory)"}),
    SCOPED.but(
        "when it is made for tasks",
        {
            "from sqlalchemy.orm import scoped_session": "from sqlalchemy.ext.asyncio import async_scoped_session",
            "scoped_session(factory)": "async_scoped_session(factory, task)",
        },
    ),
    SCOPED.but("of another library", {"sqlalchemy.orm": "database.tools"}),
]

# ADB211.

BOUND = case(
    "ADB211",
    """
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.orm import Session, sessionmaker
    engine = create_async_engine(URL)
    SessionLocal = sessionmaker(engine)
    """,
)
BOUND_SPOKEN = [
    BOUND,
    *BOUND.elsewhere(),
    BOUND.but("by keyword", {"(engine)": "(bind=engine)"}),
    BOUND.but("by a session", {"sessionmaker(engine)": "Session(engine)"}),
    BOUND.but(
        "by SQLModel's session",
        {
            "sessionmaker(engine)": "Session(engine)",
            "sqlalchemy.orm import Session,": "sqlmodel import Session\nfrom sqlalchemy.orm import",
        },
    ),
]
BOUND_SILENT = [
    BOUND.but(
        "to a synchronous engine", {"create_async_engine": "create_engine", "sqlalchemy.ext.asyncio": "sqlalchemy"}
    ),
    BOUND.but("to an engine that is not known", {"(engine)": "(settings.engine)"}),
    BOUND.but("to its synchronous half", {"(engine)": "(engine.sync_engine)"}),
    BOUND.but("to nothing", {"sessionmaker(engine)": "sessionmaker()"}),
    BOUND.but("for sessions that are not known", {"(engine)": "(engine, class_=settings.session)"}),
    BOUND.but(
        "for async sessions",
        {"(engine)": "(engine, class_=AsyncSession)", "import create": "import AsyncSession, create"},
    ),
    BOUND.but("for another library's factory", {"sqlalchemy.orm": "database.tools"}),
]

# ADB212.

UNREMOVED = case(
    "ADB212",
    """
    from sqlalchemy.ext.asyncio import async_scoped_session, async_sessionmaker
    factory = async_sessionmaker(engine, expire_on_commit=False)
    registry = async_scoped_session(factory, scopefunc=task)
    async def end(other):
        return other
    """,
)
UNREMOVED_SPOKEN = [
    UNREMOVED,
    UNREMOVED.but("while something is removed from what is not known", {"return other": "other.remove(1)"}),
    UNREMOVED.but(
        "while an object of the project is removed",
        {"return other": "Store().remove()", "async def end": "class Store:\n    def remove(self): ...\nasync def end"},
    ),
    UNREMOVED.but(
        "in an attribute",
        {
            "registry = ": "class Store:\n    def __init__(self):\n        self.registry = ",
            "async_scoped_session(factory": "async_scoped_session(factory",
        },
    ),
    UNREMOVED.but("while something of a list is removed", {"return other": "other = []\nother.remove(1)"}),
    UNREMOVED.but(
        "while a function removes", {"return other": "remove()", "async def end": "def remove(): ...\nasync def end"}
    ),
    UNREMOVED.but(
        "while another registry is removed",
        {
            "return other": "await second.remove()",
            "async def end": "second = async_scoped_session(factory, scopefunc=task)\nasync def end",
        },
    ),
    UNREMOVED.but("while a file is removed", {"return other": "os.remove(other)", "from sql": "import os\nfrom sql"}),
]
UNREMOVED_SILENT = [
    UNREMOVED.but(
        "when one that is passed in is removed",
        {"end(other)": "end(other: async_scoped_session)", "return other": "await other.remove()"},
    ),
    *UNREMOVED.elsewhere(),
    UNREMOVED.but("when it is removed", {"return other": "await registry.remove()"}),
    UNREMOVED.but("when something that is not known is removed", {"return other": "await other.remove()"}),
    UNREMOVED.but(
        "when something of another library is removed",
        {"return other": "await Sessions().remove()", "from sql": "from database.tools import Sessions\nfrom sql"},
    ),
    UNREMOVED.but("when it lives as long as a function", {"registry = async": "def work():\n    registry = async"}),
    UNREMOVED.but("when nothing keeps it", {"registry = async": "async"}),
    UNREMOVED.but(
        "when it is synchronous",
        {
            "import async_scoped_session, ": "import ",
            "= async_scoped_session(factory": "= scoped_session(factory",
            "from sql": "from sqlalchemy.orm import scoped_session\nfrom sql",
        },
    ),
]

SPOKEN = [*EXPIRING_SPOKEN, *OLD_SPOKEN, *SCOPED_SPOKEN, *BOUND_SPOKEN, *UNREMOVED_SPOKEN]
SILENT = [*EXPIRING_SILENT, *OLD_SILENT, *SCOPED_SILENT, *BOUND_SILENT, *UNREMOVED_SILENT]


@pytest.mark.parametrize("example", SPOKEN, ids=str)
def test_a_rule_speaks(example: Case, tmp_path: Path) -> None:
    assert [item.code for item in example.found(tmp_path)] == [example.code]


@pytest.mark.parametrize("example", SILENT, ids=str)
def test_a_rule_is_silent(example: Case, tmp_path: Path) -> None:
    assert example.found(tmp_path) == []


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (EXPIRING, "objects of these sessions expire at `commit()`: the next attribute read fails"),
        (
            EXPIRING.but("switched on", {"engine)": "engine, expire_on_commit=True)"}),
            "`expire_on_commit=True` makes the first attribute read after `commit()` fail",
        ),
        (
            OLD.on("sqlalchemy>=2.0"),
            "`sessionmaker(class_=AsyncSession)` is untyped: `async_sessionmaker` makes async sessions",
        ),
        (
            OLD.on("sqlalchemy==1.4.52"),
            "`sessionmaker(class_=AsyncSession)` is untyped: `async_sessionmaker`, of SQLAlchemy 2.0, makes async sessions",
        ),
        (BOUND, "`sessionmaker` makes synchronous sessions, and this engine is async"),
        (
            BOUND.but("by a session", {"sessionmaker(engine)": "Session(engine)"}),
            "`Session` makes synchronous sessions, and this engine is async",
        ),
    ],
    ids=str,
)
def test_a_mistake_with_a_session_is_named(example: Case, message: str, tmp_path: Path) -> None:
    assert example.only(tmp_path).message == message
