"""The bookshop as a process: under load, at its end, and when it cannot start."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from reference_app.embedded import free_port
from tests.reference_app.conftest import Client, book, customer, order
from tests.scratch import Room

ROOT = Path(__file__).parents[2]
SERVER = [
    sys.executable,
    "-m",
    "uvicorn",
    "reference_app.main:app",
    "--timeout-keep-alive",
    "60",
    "--timeout-graceful-shutdown",
    "5",
]
SHOP = [sys.executable, "-m", "reference_app"]
POOL = 15


@contextmanager
def serving(command: list[str], **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that serves, and the address at which it does; it is gone afterwards."""
    port = free_port()
    variables = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "DATABASE_SCHEMA")}
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=ROOT,
        env={**variables, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


async def answering(address: str, seconds: float = 30.0) -> None:
    """Wait until the process answers."""
    async with Client() as client:
        for _ in range(int(seconds / 0.1)):
            try:
                if (await client.get(f"{address}/health")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def test_under_load_and_after_a_signal(home: Room) -> None:
    async def load(address: str) -> tuple[list[int], int, int]:
        await answering(address)
        limits = httpx.Limits(max_connections=200)
        async with Client(base_url=address, limits=limits, timeout=30) as client:
            tag = os.urandom(4).hex()
            buyer = await customer(client, f"{tag}@example.org")
            key = await book(client, int(tag[:7], 16), stock=50)
            answers = await asyncio.gather(*[order(client, buyer, (key, 1)) for _ in range(200)])
            left = (await client.get(f"/books/{key}")).json()["stock"]
            return [answer.status_code for answer in answers], left, await home.connections()

    with serving(SERVER, DATABASE_URL=home.url, DATABASE_SCHEMA=home.name) as (process, address):
        statuses, left, held = asyncio.run(load(address))
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
        assert (statuses.count(201), statuses.count(409), left) == (50, 150, 0)
        assert 1 <= held <= POOL
        assert process.returncode in (0, -signal.SIGTERM)  # uvicorn ends itself by the signal it was sent
        assert "Application shutdown complete" in output
    assert asyncio.run(home.connections()) == 0


def test_it_brings_its_own_server_and_leaves_nothing() -> None:
    async def look(address: str) -> tuple[str, int]:
        await answering(address)
        async with Client(base_url=address) as client:
            await customer(client)
            return (await client.get("/openapi.json")).json()["info"]["title"], (await client.get("/docs")).status_code

    with serving(SHOP) as (process, address):
        assert asyncio.run(look(address)) == ("Bookshop", 200)
        ours = descendants(process.pid)
        assert any("postgres" in command for command in ours.values())
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == 0
        assert all(gone(pid) for pid in ours)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql+psycopg2://a@127.0.0.1/b", r"names the driver `postgresql\+psycopg2`: the bookshop runs on"),
        ("nonsense", "DATABASE_URL is not a database URL"),
        ("postgresql://a:s3cret@127.0.0.1:1/b", r"at postgresql\+asyncpg://a:\*\*\*@127.0.0.1:1/b does not answer"),
        ("postgres://a@no-such-host.invalid/b", "does not answer: .*[Nn]ame"),
    ],
)
def test_a_wrong_address_is_one_sentence(url: str, sentence: str) -> None:
    with serving(SHOP, DATABASE_URL=url) as (process, _):
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert re.fullmatch(f"error: .*{sentence}.*\n", output), output
    assert "s3cret" not in output


def test_a_wrong_password_is_one_sentence(home: Room) -> None:
    with serving(SHOP, DATABASE_URL=home.url.replace(f":{home.name}@", ":wrong@")) as (process, _):
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert re.fullmatch("error: the database at .* does not answer: .*password authentication failed.*\n", output)


def test_a_password_is_not_printed_by_any_command() -> None:
    for command in (SERVER, [sys.executable, "-m", "reference_app.migrate"]):
        variables = {**os.environ, "DATABASE_URL": "mysql://a:s3cret@127.0.0.1/b"}
        run = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=30)
        assert run.returncode != 0
        assert "bookshop runs on `postgresql+asyncpg`" in run.stdout + run.stderr
        assert "s3cret" not in run.stdout + run.stderr


def test_the_application_alone_does_not_start_without_the_database() -> None:
    with serving(SERVER, DATABASE_URL="postgresql://a@127.0.0.1:1/b") as (process, _):
        output, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "The bookshop does not start: the database at postgresql+asyncpg://a@127.0.0.1:1/b does not answer" in output


def descendants(pid: int) -> dict[int, str]:
    """The processes below a process, by id, with their commands."""
    rows = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    table = [line.split(None, 2) for line in rows.splitlines()]
    found: dict[int, str] = {}
    parents = {pid}
    while new := {int(row[0]): row[2] for row in table if int(row[1]) in parents and int(row[0]) not in found}:
        found |= new
        parents = set(new)
    return found


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
