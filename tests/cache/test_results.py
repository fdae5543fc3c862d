"""What was printed is printed again only as long as a run would print the same."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from async_db_lint.cache import folder, results, seal
from async_db_lint.commands import cli
from async_db_lint.read.file_names import CACHE
from tests.projects import written

ENGINE = "from sqlalchemy.ext.asyncio import create_async_engine\n\nURL = 'postgresql+asyncpg://db/shop'\n"
PROJECT = {
    "app/__init__.py": "",
    "app/database.py": f"{ENGINE}engine = create_async_engine(URL, echo=True)\n",
    "app/main.py": "from app.database import engine\n\n\nasync def stop() -> None:\n    await engine.dispose()\n",
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["sqlalchemy>=2.0"]\n',
    "requirements.txt": "sqlalchemy==2.0.1\n",
}
OLD = time.time_ns() - 3_600_000_000_000  # what is younger than two seconds is compared by its text


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in a folder of its own, and a user with no cache yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(folder.NO_CACHE, raising=False)
    monkeypatch.delenv(folder.CACHE_DIR, raising=False)
    root = written(tmp_path / "shop", PROJECT)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What runs the command in this process: what it printed and its status, and whether that was remembered."""

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["async-db-lint", *arguments])
        result = results.recalled(arguments)
        status = cli.main() if result is None else result.shown()
        source = "ran" if result is None else "remembered"
        return f"{source} {status}\n{capsys.readouterr().out}"

    return run


def aged(root: Path) -> None:
    """Let everything below a folder be an hour old; its change time stays that of now."""
    for path in (root, *root.rglob("*")):
        os.utime(path, ns=(OLD, OLD))


def test_an_unchanged_project_is_not_checked_again(shop: Path, command: Callable[..., str]) -> None:
    first, again = command(), command()
    assert first.startswith("ran 1\n")
    assert again == first.replace("ran", "remembered", 1)
    assert "ADB106" in again


def test_a_second_process_imports_nothing_of_the_linter(shop: Path) -> None:
    code = (
        "import sys; from async_db_lint.__main__ import entry; status = entry();"
        "print(status, sorted(sys.modules.keys() & {'ast', 'argparse', 'libcst', 'pathlib', 're', 'typing'}))"
    )
    runs = [subprocess.run([sys.executable, "-S", "-c", code], cwd=shop, capture_output=True, text=True, env=environment())
            for _ in range(2)]  # fmt: skip
    assert runs[1].stdout.endswith("\n1 []\n"), runs[1]
    assert runs[0].stdout.partition("\n1 [")[0] == runs[1].stdout.partition("\n1 [")[0]


def environment() -> dict[str, str]:
    paths = [str(Path(cli.__file__).parents[2]), *(path for path in sys.path if path.endswith("site-packages"))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def change_a_file(root: Path) -> None:
    path = root / "app/database.py"
    path.write_text(path.read_text().replace("echo=True", "echo=None"))


def change_a_file_keeping_its_size_and_time(root: Path) -> None:
    path = root / "app/database.py"
    status = path.stat()
    path.write_text(path.read_text().replace("echo=True", "echo=None"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def add_a_file(root: Path) -> None:
    (root / "app/other.py").write_text(f"{ENGINE}other = create_async_engine(URL, echo=True)\n")


def add_a_file_in_a_new_folder(root: Path) -> None:
    (root / "app/inner").mkdir()
    (root / "app/inner/other.py").write_text(f"{ENGINE}other = create_async_engine(URL, echo=True)\n")


def take_a_file_away(root: Path) -> None:
    (root / "app/database.py").unlink()


def move_a_file(root: Path) -> None:
    (root / "app/database.py").rename(root / "app/storage.py")


def replace_a_file_by_a_link(root: Path) -> None:
    (root / "app/database.py").rename(root / "text")
    (root / "app/database.py").symlink_to(root / "text")


def replace_a_file_by_another(root: Path) -> None:
    (root / "new").write_text((root / "app/database.py").read_text().replace("echo=True", "echo=None"))
    (root / "new").replace(root / "app/database.py")


def lock_a_file(root: Path) -> None:
    (root / "app/database.py").unlink()
    (root / "app/database.py").mkdir()


def change_the_settings(root: Path) -> None:
    with (root / "pyproject.toml").open("a") as file:
        file.write('[tool.async-db-lint]\nignore = ["ADB106"]\n')


def add_settings_below(root: Path) -> None:
    (root / "app/pyproject.toml").write_text('[tool.async-db-lint]\nignore = ["ADB106"]\n')


def ignore_a_file(root: Path) -> None:
    (root / ".gitignore").write_text("database.py\n")


def make_the_folder_an_environment(root: Path) -> None:
    (root / "app/pyvenv.cfg").write_text("")


@pytest.mark.parametrize("change", [
    change_a_file, change_a_file_keeping_its_size_and_time, add_a_file, add_a_file_in_a_new_folder, take_a_file_away,
    move_a_file, replace_a_file_by_a_link, replace_a_file_by_another, lock_a_file, change_the_settings,
    add_settings_below, ignore_a_file, make_the_folder_an_environment,
])  # fmt: skip
def test_a_change_is_seen(change: Callable[[Path], None], shop: Path, command: Callable[..., str]) -> None:
    aged(shop)
    before = command("--select", "ALL")
    assert command("--select", "ALL").startswith("remembered")
    change(shop)
    after = command("--select", "ALL")
    assert after.startswith("ran")
    assert after != before
    assert after == command("--select", "ALL", "--no-cache")


def touch_a_file(root: Path) -> None:
    (root / "app/database.py").touch()


def write_the_same_text(root: Path) -> None:
    path = root / "app/database.py"
    path.write_text(path.read_text())


def check_it_out_again(root: Path) -> None:
    for path in list(root.rglob("*.py")):
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)


def add_what_never_matters(root: Path) -> None:
    (root / "README.md").write_text("A shop.")
    (root / "app/__pycache__").mkdir()
    (root / "app/.main.py.swp").write_text("")


@pytest.mark.parametrize("change", [touch_a_file, write_the_same_text, check_it_out_again, add_what_never_matters])
def test_what_changes_nothing_is_remembered(
    change: Callable[[Path], None], shop: Path, command: Callable[..., str]
) -> None:
    before = command()
    change(shop)
    assert command() == before.replace("ran", "remembered", 1)


def test_what_it_is_told_is_part_of_the_question(
    shop: Path, command: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command()
    assert command("--output-format", "json").startswith("ran")
    assert command("--ignore", "ADB106").startswith("ran 0")
    assert command("app/main.py").startswith("ran 0")
    monkeypatch.setenv("NO_COLOR", "1")
    assert command().startswith("ran")
    monkeypatch.chdir(shop / "app")
    assert command().startswith("ran")


def test_settings_outside_of_the_project_count(shop: Path, command: Callable[..., str], tmp_path: Path) -> None:
    settings = tmp_path / "shared.toml"
    settings.write_text('ignore = ["ADB106"]\n')
    assert command("--config", str(settings)).startswith("ran 0")
    assert command("--config", str(settings)).startswith("remembered 0")
    settings.write_text("ignore = []\n")
    assert command("--config", str(settings)).startswith("ran 1")


def test_a_link_that_leads_elsewhere_is_seen(shop: Path, command: Callable[..., str], tmp_path: Path) -> None:
    other = written(tmp_path / "other", {"main.py": "", "pyproject.toml": ""})
    link = tmp_path / "link"
    link.symlink_to(shop)
    assert command(str(link)).startswith("ran 1")
    assert command(str(link)).startswith("remembered 1")
    link.unlink()
    link.symlink_to(other)
    assert command(str(link)).startswith("ran 0")


def test_the_baseline_counts(shop: Path, command: Callable[..., str]) -> None:
    assert command("--write-baseline", "--baseline", "known.json").startswith("ran 0")
    assert command("--baseline", "known.json").startswith("ran 0")
    assert command("--baseline", "known.json").startswith("remembered 0")
    (shop / "known.json").write_text('{"version": 1, "findings": []}')
    assert command("--baseline", "known.json").startswith("ran 1")


@pytest.mark.parametrize("arguments", [
    ("--no-cache",), ("--diff",), ("--fix",), ("--statistics",), ("-v",), ("--show-settings",), ("rules",),
])  # fmt: skip
def test_other_questions_are_not_remembered(
    arguments: tuple[str, ...], shop: Path, command: Callable[..., str]
) -> None:
    command(*arguments)
    assert command(*arguments).startswith("ran")
    assert not (shop / CACHE).exists()


def test_the_environment_can_refuse(shop: Path, command: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(folder.NO_CACHE, "1")
    command()
    assert not (shop / CACHE).exists()


def test_a_run_that_failed_is_not_remembered(shop: Path, command: Callable[..., str]) -> None:
    assert command("--select", "ADB999").startswith("ran 2")
    assert command("--select", "ADB999").startswith("ran 2")


@pytest.mark.parametrize("arguments", [("--cache-dir", "../kept"), ("--cache-dir=../kept",)])
def test_the_folder_can_be_chosen(arguments: tuple[str, ...], shop: Path, command: Callable[..., str]) -> None:
    command(*arguments)
    assert command(*arguments).startswith("remembered")
    assert not (shop / CACHE).exists()
    assert (shop.parent / "kept/.gitignore").read_text() == "*\n"


def test_the_environment_can_choose_the_folder(
    shop: Path, command: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(folder.CACHE_DIR, str(tmp_path / "kept"))
    command()
    assert command().startswith("remembered")
    assert not (shop / CACHE).exists()


def test_a_cache_of_somebody_else_is_not_believed(
    shop: Path, command: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = command()
    kept = next((shop / CACHE / results.SHELF).iterdir())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another home"))
    assert command() == before  # it ran
    forged = results.Result(0, "nothing found\n", []).to_bytes()
    assert forged is not None
    kept.write_bytes(seal.sealed(forged, b"a guess"))
    assert command() == before


def test_after_any_edits_it_says_what_a_run_would_say(shop: Path, command: Callable[..., str]) -> None:
    chosen = random.Random(14)
    texts = [*PROJECT.values(), f"{ENGINE}engine = create_async_engine(URL)\n", "syntax error", ""]
    names = [*PROJECT, "app/jobs/run.py", "main.py", ".gitignore", "app/.gitignore", "schema.sql"]
    for number in range(60):
        path = shop / chosen.choice(names)
        if chosen.random() < 0.3:
            path.unlink(missing_ok=True)
        elif chosen.random() < 0.5:
            path.parent.mkdir(exist_ok=True)
            path.write_text(chosen.choice(texts))
        if chosen.random() < 0.5:
            aged(shop / "app")
        found = command("--select", "ALL").partition(" ")[2]
        assert found == command("--select", "ALL", "--no-cache").partition(" ")[2], number


def test_no_more_results_are_kept_than_some(
    shop: Path, command: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "MOST_RESULTS", 3)
    for code in ("ADB101", "ADB102", "ADB103", "ADB104", "ADB106"):
        command("--select", code)
    assert len(list((shop / CACHE / results.SHELF).iterdir())) == 3
    assert command("--select", "ADB106").startswith("remembered")


def test_a_current_folder_that_is_gone_is_one_sentence(shop: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = (
        f"import os; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); import sys; sys.argv = ['a', {str(shop)!r}];"
        "from async_db_lint.__main__ import entry; sys.exit(entry())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment())
    assert (run.returncode, run.stderr) == (2, "error: No such file or directory\n")
