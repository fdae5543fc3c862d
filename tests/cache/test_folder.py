"""What is put on a shelf comes back as it was, or not at all; what the disk refuses stops nobody."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from async_db_lint.cache import folder
from async_db_lint.cache.folder import Shelf
from async_db_lint.cache.seal import user_key

DATA = bytes(range(256)) * 8


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder for caches."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def shelf(cache: Path, most: int = 100) -> Shelf:
    return Shelf(str(cache), "results", most)


def test_what_is_put_there_comes_back(cache: Path) -> None:
    shelf(cache).put("one", DATA)
    assert shelf(cache).get("one") == DATA
    assert shelf(cache).get("other") is None
    assert sorted(path.name for path in cache.iterdir()) == [".gitignore", "CACHEDIR.TAG", "results"]


def test_no_damage_is_taken_for_data(cache: Path) -> None:
    shelf(cache).put("one", DATA)
    path = cache / "results/one"
    whole = path.read_bytes()
    chosen = random.Random(14)
    for _ in range(1000):
        place = chosen.randrange(len(whole))
        broken = whole[:place] + bytes([whole[place] ^ chosen.randrange(1, 256)]) + whole[place + 1 :]
        path.write_bytes(chosen.choice((broken, whole[:place], whole[place:], whole + broken)) if place else broken)
        assert shelf(cache).get("one") is None
    path.write_bytes(whole)
    assert shelf(cache).get("one") == DATA


@pytest.mark.parametrize("kind", ["fifo", "folder", "link in a circle", "empty"])
def test_what_is_no_file_of_ours_is_nothing(kind: str, cache: Path) -> None:
    shelf(cache).put("other", DATA)
    path = cache / "results/one"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link in a circle":
        path.symlink_to(path)
    else:
        path.touch()
    assert shelf(cache).get("one") is None
    shelf(cache).put("one", DATA)
    assert shelf(cache).get("one") == (None if kind == "folder" else DATA)


@pytest.mark.parametrize("name", ["cache", "cache/results"])
def test_nothing_is_written_through_a_link(name: str, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    shelf(cache).put("one", DATA)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_file_in_the_place_of_the_folder_stops_nobody(cache: Path) -> None:
    cache.touch()
    shelf(cache).put("one", DATA)
    assert shelf(cache).get("one") is None


def test_a_full_disk_stops_nobody_and_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf(cache).put("one", DATA)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    shelf(cache).put("two", DATA)
    assert [path.name for path in (cache / "results").iterdir()] == ["one"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666])
def test_a_key_that_others_can_read_is_none(mode: int, cache: Path, home: Path) -> None:
    shelf(cache).put("one", DATA)
    (home / "async-db-lint/key").chmod(mode)
    assert user_key() is None
    assert shelf(cache).get("one") is None
    shelf(cache).put("two", DATA)
    assert not (cache / "results/two").exists()


def test_a_key_that_is_a_link_is_none(home: Path, tmp_path: Path) -> None:
    assert user_key(is_made=True) is not None
    (home / "async-db-lint/key").rename(tmp_path / "key")
    (home / "async-db-lint/key").symlink_to(tmp_path / "key")
    assert user_key(is_made=True) is None


def test_without_a_home_nothing_is_kept(cache: Path, home: Path) -> None:
    home.touch()
    shelf(cache).put("one", DATA)
    assert not cache.exists()


def test_many_at_once_write_whole_files(cache: Path) -> None:
    shelf(cache).put("one", DATA)
    seen: list[bytes | None] = []

    def write(number: int) -> None:
        for _ in range(50):
            shelf(cache).put("one", bytes([number]) * 5000)
            seen.append(shelf(cache).get("one"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert None not in seen


def test_the_oldest_goes_first(cache: Path) -> None:
    for age, name in enumerate(("one", "two", "three")):
        shelf(cache, 3).put(name, DATA)
        os.utime(cache / "results" / name, (age, age))
    shelf(cache, 3).touch("one")
    shelf(cache, 3).put("four", DATA)
    shelf(cache, 3).trim()
    assert sorted(path.name for path in (cache / "results").iterdir()) == ["four", "one", "three"]


def test_a_file_larger_than_a_cache_holds_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MOST_BYTES", 100)
    shelf(cache).put("one", DATA)
    assert not cache.exists()
