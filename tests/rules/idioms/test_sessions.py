"""What the rules about sessions make of the ways in which real projects configure, keep and hand them on."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.projects import DATABASE, codes, findings

HEAD = dedent(DATABASE) + dedent("""
    from fastapi import BackgroundTasks, Depends, FastAPI
    from sqlalchemy import text
""")


def found_in(root: Path, text: str, *select: str) -> list[str]:
    """The codes of what is found below the head."""
    return [code for code, _, _ in codes(root, {"app.py": HEAD + dedent(text)}, *select)]


EXPIRING = {
    "reconfigured, but not about expiry": """
        F = async_sessionmaker(engine)
        F.configure(autoflush=False)
    """,
    "used after a commit": """
        async def f():
            async with AsyncSession(engine) as s:
                s.add(x)
                await s.commit()
    """,
    "handed to others by a generator": """
        async def f():
            async with AsyncSession(engine) as s:
                yield s
    """,
    "returned": """
        def f(): return AsyncSession(engine)
    """,
    "of a synchronous factory": """
        from sqlalchemy.orm import sessionmaker
        sessionmaker(engine, class_=AsyncSession)
    """,
}
NOT_EXPIRING = {
    "options that nobody knows": """
        async_sessionmaker(engine, **unknown())
    """,
    "said at the call of the factory": """
        F = async_sessionmaker(engine)
        def f(): return F(expire_on_commit=False)
    """,
    "said by configure": """
        F = async_sessionmaker(engine)
        F.configure(expire_on_commit=False)
    """,
    "said at the call of an attribute": """
        class A:
            def __init__(self): self.f = async_sessionmaker(engine)
        def g(a): return a.f(expire_on_commit=False)
    """,
    "only read from": """
        async def f():
            async with AsyncSession(engine) as s:
                await s.execute(q)
    """,
    "committed without objects": """
        async def f():
            async with AsyncSession(engine) as s:
                await s.execute(q)
                await s.commit()
    """,
    "without an engine": """
        def f(): return AsyncSession()
    """,
}


@pytest.mark.parametrize("how", EXPIRING)
def test_objects_that_expire_are_found(tmp_path: Path, how: str) -> None:
    assert found_in(tmp_path, EXPIRING[how], "ADB202") == ["ADB202"]


@pytest.mark.parametrize("how", NOT_EXPIRING)
def test_objects_that_are_not_known_to_expire_are_left_alone(tmp_path: Path, how: str) -> None:
    assert found_in(tmp_path, NOT_EXPIRING[how], "ADB202") == []


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        ("fastapi>=0.118", "the session stays open, with its connection"),
        ("fastapi<0.118", "the dependency is closed before the task runs"),
        ("fastapi", "up to FastAPI 0.117"),
    ],
)
def test_the_message_about_background_tasks_is_of_the_projects_version(
    tmp_path: Path, versions: str, sentence: str
) -> None:
    text = """
        async def get():
            async with SessionLocal() as s:
                yield s
        class Repo:
            def __init__(self, s: AsyncSession): self.s = s
            async def save(self): await self.s.commit()
        async def work(repo: Repo): await repo.save()
        app = FastAPI()
        @app.get('/')
        async def r(tasks: BackgroundTasks, db: AsyncSession = Depends(get)):
            repo = Repo(db)
            tasks.add_task(work, repo)
    """
    files = {"app.py": HEAD + dedent(text), "requirements.txt": f"{versions}\n"}
    (found,) = findings(tmp_path, files, "ADB208")
    assert sentence in found.message


def test_what_a_container_provides_is_closed_by_the_container(tmp_path: Path) -> None:
    text = """
        from dishka import provide
        @provide
        async def get():
            s = SessionLocal()
            yield s
            await s.close()
    """
    assert found_in(tmp_path, text, "ADB204") == []


REGISTRY = """
    from sqlalchemy.ext.asyncio import async_scoped_session
    R = async_scoped_session(SessionLocal, scopefunc=f)
"""
UNREMOVED = {
    "nothing removes it": REGISTRY,
    "something of a list is removed": f"{REGISTRY}    [].remove(1)\n",
    "kept in an attribute": """
        from sqlalchemy.ext.asyncio import async_scoped_session
        class A:
            def __init__(self):
                self.r = async_scoped_session(SessionLocal, scopefunc=f)
    """,
}


@pytest.mark.parametrize("how", UNREMOVED)
def test_a_registry_from_which_nothing_removes_sessions_is_found(tmp_path: Path, how: str) -> None:
    assert found_in(tmp_path, UNREMOVED[how], "ADB212") == ["ADB212"]


def test_a_registry_from_which_an_unknown_object_may_remove_is_left_alone(tmp_path: Path) -> None:
    assert found_in(tmp_path, f"{REGISTRY}    async def end(x): await x.remove()\n", "ADB212") == []


STORE = """
    class S:
        def __init__(self):
            self.s = SessionLocal()
"""
GLOBAL = {
    "in the state of an application": """
        app = FastAPI()
        def f():
            app.state.s = SessionLocal()
    """,
    "in an object of the module": f"{STORE}    s = S()\n",
}
NOT_GLOBAL = {
    "in an object that a function makes too": f"{STORE}    s = S()\n    def f(): return S()\n",
    "in an object that nobody makes": STORE,
    "in a function": """
        def f():
            s = SessionLocal()
            return s
    """,
}


@pytest.mark.parametrize("how", GLOBAL)
def test_a_session_that_is_kept_and_made_once_is_found(tmp_path: Path, how: str) -> None:
    assert found_in(tmp_path, GLOBAL[how], "ADB201") == ["ADB201"]


@pytest.mark.parametrize("how", NOT_GLOBAL)
def test_a_session_that_is_made_anew_is_left_alone(tmp_path: Path, how: str) -> None:
    assert found_in(tmp_path, NOT_GLOBAL[how], "ADB201") == []


@pytest.mark.parametrize(("versions", "wanted"), [(">=1.4", 0), ("==1.4.31", 1), (">=2.0", 1)])
def test_a_synchronous_factory_is_found_unless_the_project_supports_1_4_beside_2(
    tmp_path: Path, versions: str, wanted: int
) -> None:
    text = """
        from sqlalchemy.orm import sessionmaker
        F = sessionmaker(engine, class_=AsyncSession)
    """
    files = {"app.py": HEAD + dedent(text), "requirements.txt": f"sqlalchemy{versions}\n"}
    assert len(findings(tmp_path, files, "ADB203")) == wanted
