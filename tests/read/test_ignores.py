"""`.gitignore` files of any shape: what cannot be read ignores nothing, and no pattern takes long."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from async_db_lint.read.discovery import walk
from async_db_lint.read.ignores import read
from tests.projects import written

LINES = ["!", "\\", "ab\\", "[z-a]", "[", "a[!]b", "\x00", "/", "//", " ", "#", "***"]


def files(root: Path, ignored: str) -> list[str]:
    written(root, {".gitignore": ignored, "app.py": "", "x.py": "", "inner/x.py": ""})
    return list(walk(root).files)


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_is_no_pattern_is_skipped_and_the_others_count(line: str, tmp_path: Path) -> None:
    found = files(tmp_path, f"{line}\nx.py\n")
    assert "app.py" in found or line == "***"
    assert "x.py" not in found


@pytest.mark.parametrize("kind", ["folder", "dangling", "loop", "pipe", "device", "binary"])
def test_a_gitignore_that_is_no_file_of_lines_ignores_nothing(kind: str, tmp_path: Path) -> None:
    written(tmp_path, {"app.py": ""})
    path = tmp_path / ".gitignore"
    match kind:
        case "folder":
            path.mkdir()
        case "dangling":
            path.symlink_to("nowhere")
        case "loop":
            path.symlink_to(".gitignore")
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "binary":
            path.write_bytes(bytes(range(256)))
    assert walk(tmp_path).files == ("app.py",)


@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*b", "**/a/" * 6 + "x", "a*" * 40, "*" * 200 + "b", "*a*a*a*b"])
def test_no_pattern_takes_long(pattern: str, tmp_path: Path) -> None:
    name, folder = "a" * 240 + ".py", "a/" * 60
    written(tmp_path, {".gitignore": f"{pattern}\n", name: "", f"{folder}b.py": ""})
    start = time.process_time()
    assert name in walk(tmp_path).files
    assert time.process_time() - start < 2


def test_a_folder_without_a_gitignore_has_none(tmp_path: Path) -> None:
    assert read(tmp_path, "") is None
