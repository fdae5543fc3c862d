"""Which files a project has, and which of them are its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from async_db_lint.read import disk
from async_db_lint.read.disk import FILE, FOLDER, MAX_BYTES
from async_db_lint.read.file_names import is_python, is_settings
from async_db_lint.read.ignores import Ignore, is_ignored
from async_db_lint.read.ignores import read as ignores_of

OWN_TABLE = b"[tool.async-db-lint"
BUILT = frozenset({"build", "dist"})  # where copies are put, unless somebody writes code there
MARK = "pyvenv.cfg"  # of a virtual environment


class MissingPath(Exception):
    """A path named by the user that is not there."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The Python files of a project and its own settings files, by path from the root.

    `left_out` are the Python files, and the folders, which end with `/`, that are excluded, ignored by git, or locked.
    """

    root: Path
    files: tuple[str, ...]
    settings: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def find_root(path: Path) -> Path:
    """The root of the project in which a file or folder lies. Where one is run from says nothing about it.

    The git top level; else the nearest folder with a pyproject.toml that has our table, or with any; else the folder
    around the outermost package that the path is in. Never a home folder or `/`, unless that is the path itself.
    """
    path = Path(disk.real(path))
    start = path if disk.is_folder(path) else path.parent
    around = [start, *(folder for folder in start.parents if folder not in (Path.home(), Path(folder.anchor)))]
    for folder in around:
        if disk.exists(folder / ".git"):
            return folder
    projects = [folder for folder in around if disk.is_file(folder / "pyproject.toml")]
    ours = (folder for folder in projects if _has_table(folder / "pyproject.toml"))
    root = next(ours, next(iter(projects), start))
    if root is start and start not in projects:
        return next((folder for folder in around if not disk.is_file(folder / "__init__.py")), around[-1])
    return root


def _has_table(path: Path) -> bool:
    return OWN_TABLE in (disk.read(path, MAX_BYTES) or b"")


def walk(root: Path, exclude: Sequence[str] = ()) -> Tree:
    """The tree of a project: regular files only, links not followed, ignored and generated folders left out."""
    files: list[str] = []
    settings: list[str] = []
    left_out: list[str] = []
    for path, is_wanted in _walk(root, "", (), tuple(exclude)):
        if not is_wanted:
            left_out.append(path)
        else:
            (files if path.endswith(".py") else settings).append(path)
    return Tree(root, tuple(sorted(files)), tuple(sorted(settings)), tuple(sorted(left_out)))


def importable(tree: Tree) -> Iterator[str]:
    """What was left out and can be imported: files, and folders that hold some. A folder of data is no package."""
    for path in tree.left_out:
        if not path.endswith("/") or _holds_code(tree.root / path):
            yield path


def _holds_code(folder: Path) -> bool:
    return any(is_python(name) for name, _ in disk.entries(folder) or ())


def files_below(root: Path, folder: str) -> Iterator[str]:
    """The Python files below a folder that was left out, by path from the root; none of a virtual environment.

    A folder that cannot be listed is given itself, with a `/` at its end.
    """
    entries = disk.entries(root / folder)
    if entries is None:
        yield f"{folder.rstrip('/')}/"
    elif MARK not in {name for name, _ in entries}:
        around = folder.rstrip("/")
        yield from (f"{around}/{name}" for name, kind in entries if kind != FOLDER and is_python(name))
        for name, kind in entries:
            if kind == FOLDER and name not in BUILT and not name.startswith("."):
                yield from files_below(root, f"{around}/{name}")


def _walk(root: Path, folder: str, ignores: tuple[Ignore, ...], exclude: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Each path below a folder, and whether it belongs to the project; what is left out is not entered."""
    entries = disk.entries(root / folder)
    if entries is None:
        yield f"{folder}/", False
        return
    names = {name for name, _ in entries}
    if MARK in names and folder:
        return
    if ".gitignore" in names:
        found = ignores_of(root, folder)
        ignores = ignores if found is None else (*ignores, found)
    for name, kind in entries:
        path = f"{folder}/{name}" if folder else name
        if kind == FOLDER:
            if name.endswith(".egg-info"):
                continue
            if name in BUILT and "__init__.py" not in names and not _is_written(root, path):
                continue
            if not _is_left_out(f"{path}/", ignores, exclude):
                yield from _walk(root, path, ignores, exclude)
            elif not name.startswith("."):
                yield f"{path}/", False
        elif kind == FILE and (is_python(name) or is_settings(path)):
            is_wanted = not _is_left_out(path, ignores, exclude)
            if is_wanted or is_python(name):
                yield path, is_wanted


def _is_written(root: Path, folder: str) -> bool:
    """Whether people write what is in a folder for built things: it is a package, or git tracks code in it."""
    if disk.is_file(root / folder / "__init__.py"):
        return True
    index = disk.read(root / ".git" / "index")
    return index is not None and re.search(re.escape(f"{folder}/".encode()) + rb"[^\x00]*\.py\x00", index) is not None


def _is_left_out(path: str, ignores: tuple[Ignore, ...], exclude: tuple[str, ...]) -> bool:
    return is_excluded(path, exclude) or is_ignored(path, ignores)


def is_excluded(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path, or a folder on its way, matches one of the configured patterns."""
    path = path.rstrip("/")
    parts = path.split("/")
    patterns = [pattern.removeprefix("./").removeprefix("/") for pattern in patterns]
    return any(
        fnmatch(path, pattern.rstrip("/"))
        or path.startswith(pattern.rstrip("/") + "/")
        or any(fnmatch(part, pattern) for part in parts)
        for pattern in patterns
    )


def read(root: Path, path: str, whole: bool = False) -> bytes | None:
    """The bytes of a regular file; None when it is not one, or cannot be read.

    Of a file that is too large for people to write, the start is enough to see that, unless the whole is asked for.
    """
    return disk.read(os.path.join(root, path), -1 if whole else MAX_BYTES + 1)


def path_inside(root: Path, path: Path) -> str:
    """A path from the root, with `/`: links on the way are followed, as for the root; a file's own link is not."""
    whole = path.absolute()
    real = disk.real(whole) if disk.is_folder(path) else os.path.join(disk.real(whole.parent), whole.name)
    return os.path.relpath(real, root).replace(os.sep, "/")


def targets(root: Path, named: Sequence[Path], tree: Tree, exclude: Sequence[str]) -> tuple[set[str], set[str]]:
    """The files to report on, and those of them that the user named one by one.

    Takes the paths as the user wrote them, from the current folder. Raises MissingPath.
    """
    wanted: set[str] = set()
    by_name: set[str] = set()
    for path in named:
        if not disk.exists(path) and not os.path.lexists(path):
            raise MissingPath(f"{path}: no such file or folder")
        inside = path_inside(root, path)
        if disk.is_folder(path):
            wanted.update(item for item in tree.files if inside == "." or item.startswith(f"{inside}/"))
        elif disk.is_file(path) and not is_excluded(inside, exclude):
            wanted.add(inside)
            by_name.add(inside)
    return wanted, by_name
