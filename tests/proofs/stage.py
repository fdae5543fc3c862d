"""Runs a rule's bad and good example on a real server, each in a room of its own, and notes what was seen."""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.util
import inspect
import sys
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.scratch import Room, room

FIXTURES = Path(__file__).parents[2] / "fixtures"
BLOCKED, KEPT_RUNNING = "blocked", "kept running"


@dataclass(frozen=True)
class Scene:
    """One example, imported anew: its module, its room on the server, and the warnings that were given so far."""

    module: Any
    room: Room
    warnings: list[str]

    def warned(self, text: str) -> bool:
        """Whether a warning that contains a text was given, after what nobody refers to is gone."""
        gc.collect()
        return any(text in item for item in self.warnings)


Act = Callable[[Scene], Awaitable[Any]]


class Stage:
    """Where the two examples of one rule are run."""

    def __init__(self, code: str, postgres: str) -> None:
        (self.folder,) = FIXTURES.glob(f"{code}-*")
        self.postgres = postgres
        self.rows: list[dict[str, str]] = []

    def both(self, act: Act, module: str = "main") -> tuple[Any, Any]:
        """What an act gives with the bad example, and with the good one; and that the fixed bad one gives the same."""
        bad, good = self.play("bad", act, module), self.play("good", act, module)
        if (self.folder / "fixed").is_dir() or (self.folder / "fixed.py").is_file():
            assert self.play("fixed", act, module) == good, "what the fixes make is not what the good example is"
        return bad, good

    def play(self, kind: str, act: Act, module: str = "main") -> Any:
        """What an act gives with one example, in an event loop of its own; what it left open is closed afterwards.

        Meanwhile the garbage collector does not run by itself: it would hide some leaks, some of the time.
        """
        gc.disable()
        try:
            return self._play(kind, act, module)
        finally:
            gc.enable()

    def _play(self, kind: str, act: Act, module: str) -> Any:
        with room(self.postgres) as home, warned() as texts:
            with imported(self.folder / kind, module, home.url) as example:
                found = asyncio.run(_performed(act, Scene(example, home, texts)))
            del example
            gc.collect()  # what was left open says so now, and not in another test
            return found

    def shows(self, what: str, bad: object, good: object) -> None:
        """Note one line of the proof, as the rule's page has it."""
        self.rows.append({"what": what, "bad": str(bad), "good": str(good)})


@contextmanager
def warned() -> Iterator[list[str]]:
    """The texts of all warnings that a block gives; a recorded warning itself would keep what it is about alive."""
    with warnings.catch_warnings():
        texts: list[str] = []
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *rest, **options: texts.append(str(message))
        yield texts


async def _performed(act: Act, scene: Scene) -> Any:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)  # what a bad example leaves to the loop is not news
    try:
        return await act(scene)
    finally:
        for engine in [item for item in gc.get_objects() if isinstance(item, AsyncEngine)]:
            if engine.url.username == scene.room.name:
                await engine.dispose()
        gc.collect()
        await asyncio.sleep(0)


@contextmanager
def imported(example: Path, module: str, url: str) -> Iterator[ModuleType]:
    """A module of an example, imported afresh with a database's URL in the environment, and forgotten afterwards."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        if example.is_dir():
            patch.syspath_prepend(str(example))
            found = importlib.import_module(module)
        else:
            found = _from_file(example.with_suffix(".py"))
        try:
            yield found
        finally:
            for name in set(sys.modules) - before:
                file = getattr(sys.modules[name], "__file__", None)
                if file and Path(file).is_relative_to(FIXTURES):
                    del sys.modules[name]


def _from_file(path: Path) -> ModuleType:
    name = f"{path.parent.name[:6]}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[name] = found
    spec.loader.exec_module(found)
    return found


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application that has started, and stops after the block."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://app") as client,
    ):
        yield client


async def left_open(scene: Scene) -> int:
    """The connections that an application leaves on the server after it has started and stopped."""
    async with served(scene.module.app):
        pass
    return await scene.room.settled(0, seconds=1)


async def outcome(work: Callable[[], Any]) -> str:
    """The class of what a piece of work raises; else what it gives. Tracebacks keep sessions alive: only its name is kept."""
    try:
        found = work()
        if inspect.isawaitable(found):
            found = await found
    except Exception as error:  # noqa: BLE001  # which one is the question
        return type(error).__name__
    return str(found)


async def loop_during(work: Callable[[], Any]) -> str:
    """Whether the event loop went on during a piece of work that waits 0.3 s."""
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.005)
            longest, last = max(longest, time.perf_counter() - last), time.perf_counter()

    heart = asyncio.create_task(beat())
    await asyncio.sleep(0.02)
    start = time.perf_counter()
    found = work()
    if inspect.isawaitable(found):
        found = await found
    assert time.perf_counter() - start > 0.28, "it has not waited"
    assert getattr(found, "status_code", 200) == 200
    await asyncio.sleep(0.02)
    heart.cancel()
    await asyncio.gather(heart, return_exceptions=True)
    if longest > 0.25:
        return BLOCKED
    return KEPT_RUNNING if longest < 0.15 else f"stalled for {longest:.3f} s"


def yes_or_no(*answers: bool) -> tuple[str, ...]:
    """Answers as a page has them."""
    return tuple("yes" if answer else "no" for answer in answers)
