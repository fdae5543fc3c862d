"""The plugin in the real flake8: the same findings as the command, whatever way the workers are started."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from async_db_lint.hosts.flake8 import Plugin, remove_abandoned
from async_db_lint.hosts.projects import Answers
from async_db_lint.rule.rule import About
from async_db_lint.run.selection import codes_about

NOT_IN_HOSTS = codes_about(About.FILE, About.COMMENT)

FIXTURES = Path(__file__).parents[2] / "fixtures"
LINE = re.compile(r"(?:\./)?(.*?):(\d+):(\d+): (ADB\d{3}) ")
Found = set[tuple[str, int, int, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An engine, its lifespan and a route, in files of their own; one line is not ASCII, one file ends lines by CRLF."""
    files = {
        "shop/__init__.py": "",
        "shop/database.py": "from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine\n"
        "NAME = 'Bücher'; engine = create_async_engine(URL, echo=True)\n"
        "SessionLocal = async_sessionmaker(engine)\n",
        "shop/deps.py": "from typing import Annotated\nfrom fastapi import Depends\n"
        "from sqlalchemy.ext.asyncio import AsyncSession\nfrom shop.database import SessionLocal\n"
        "async def get_session():\n    async with SessionLocal() as session:\n        yield session\n"
        "Db = Annotated[AsyncSession, Depends(get_session)]\n",
        "shop/main.py": "from contextlib import asynccontextmanager\r\nfrom fastapi import FastAPI\r\n"
        "from shop.database import engine\r\nfrom shop.deps import Db\r\n@asynccontextmanager\r\n"
        "async def lifespan(app):\r\n    async with engine.connect():\r\n        yield\r\n"
        "app = FastAPI(lifespan=lifespan)\r\n@app.post('/')\r\nasync def add(db: Db):\r\n"
        "    x = 'ü'; db.commit()\r\n    db.flush()  # adb: ignore[missing-await]\r\n    db.flush()  # noqa: ADB301\r\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(text.encode())
    (tmp_path / ".git").mkdir()
    return tmp_path


def flake8(folder: Path, *options: str, text: str | None = None, code: str = "", **environment: str) -> str:
    """What flake8 prints of our codes in a folder; it must not complain on standard error."""
    command = [sys.executable, *(["-c", code] if code else ["-m", "flake8"]), "--isolated", "--select", "ADB", *options]
    run = subprocess.run(
        command, cwd=folder, input=text, capture_output=True, text=True, env={**os.environ, **environment}
    )
    assert run.stderr == ""
    assert run.returncode in (0, 1)
    return run.stdout


def rows(output: str) -> Found:
    return {(path, int(line), int(column), code) for path, line, column, code in LINE.findall(output)}


def command_line(folder: Path, *options: str) -> Found:
    arguments = ["--root", ".", "--isolated", "--ignore", ",".join(NOT_IN_HOSTS), "--output-format", "json", *options]
    command = [sys.executable, "-m", "async_db_lint", "check", *arguments, "."]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return {(item["path"], item["line"], item["column"], item["code"]) for item in json.loads(run.stdout)}


def test_it_says_what_the_command_says(project: Path) -> None:
    expected = command_line(project)
    assert {code for *_, code in expected} == {"ADB104", "ADB106", "ADB202", "ADB301"}
    assert rows(flake8(project)) == expected


@pytest.mark.parametrize("folder", sorted(FIXTURES.glob("ADB*")), ids=lambda folder: folder.name)
def test_every_fixture_is_reported_the_same(folder: Path, tmp_path: Path) -> None:
    """In one process each, so that the fixtures' roots are the folders that flake8 is started in."""
    bad = folder / "bad"
    if bad.is_dir():
        shutil.copytree(bad, tmp_path / "bad")
    else:
        (tmp_path / "bad").mkdir()
        shutil.copy(folder / "bad.py", tmp_path / "bad")
    output = flake8(tmp_path / "bad", "--adb-advice", "-j", "1", "--disable-noqa")
    expected = command_line(tmp_path / "bad", "--select", "ALL")
    if folder.name.startswith("ADB9"):  # flake8 has its own way with broken files and with noqa
        assert not {code for *_, code in rows(output)} & set(NOT_IN_HOSTS)
    else:
        assert rows(output) == expected


STARTED_BY = "import multiprocessing, sys\nfrom flake8.main.cli import main\nif __name__ == '__main__':\n    multiprocessing.set_start_method('{}')\n    sys.exit(main())\n"
COUNT = """
import os, sys
def hook(event, arguments):
    if event == "open" and arguments[1] is None and str(arguments[0]).endswith("deps.py"):  # by os.open: ours
        with open(os.environ["OPENED"], "a") as log:
            log.write("x")
sys.addaudithook(hook)
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_project_is_read_once_however_workers_start(method: str, jobs: str, project: Path) -> None:
    helpers = project.parent / f"{project.name}-helpers"
    helpers.mkdir()
    (helpers / "sitecustomize.py").write_text(COUNT)
    (helpers / "started.py").write_text(STARTED_BY.format(method))
    opened = helpers / "opened"
    expected = command_line(project)
    run = subprocess.run(
        [sys.executable, str(helpers / "started.py"), "--isolated", "--select", "ADB", "-j", jobs],
        cwd=project,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(helpers), "OPENED": str(opened)},
    )
    assert run.stderr == ""
    assert rows(run.stdout) == expected
    assert opened.read_text() == "x"


def test_standard_input_stands_for_a_file(project: Path) -> None:
    name = "shop/deps.py"
    same = (project / name).read_text()
    assert rows(flake8(project, "-", "--stdin-display-name", name, text=same)) == set()
    more = same + "async def stop(db: Db):\n    db.rollback()\n"
    assert rows(flake8(project, "-", "--stdin-display-name", name, text=more)) == {(name, 10, 5, "ADB301")}
    new = "from shop.deps import Db\nasync def stop(db: Db):\n    db.rollback()\n"
    assert rows(flake8(project, "-", "--stdin-display-name", "shop/new.py", text=new)) == {
        ("shop/new.py", 3, 5, "ADB301")
    }


IN_A_PROCESS = """
import multiprocessing, sys
from flake8.main.cli import main
def work(): sys.exit(main(["--isolated", "--select", "ADB"]))
if __name__ == "__main__":
    process = multiprocessing.get_context("{}").Process(target=work)
    process.start()
    process.join()
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_it_can_be_run_in_a_process_of_another_program(method: str, project: Path) -> None:
    script = project.parent / f"{project.name}-{method}.py"
    script.write_text(IN_A_PROCESS.format(method))
    expected = command_line(project)
    run = subprocess.run([sys.executable, str(script)], cwd=project, capture_output=True, text=True)
    assert (rows(run.stdout), run.stderr) == (expected, "")


def test_a_file_is_reported_that_only_its_name_brings_in(project: Path) -> None:
    (project / "build").mkdir()
    (project / "build" / "made.py").write_text("from shop.deps import Db\nasync def stop(db: Db):\n    db.rollback()\n")
    assert rows(flake8(project, "build/made.py")) == {("build/made.py", 3, 5, "ADB301")}
    assert "build/made.py" not in {path for path, *_ in rows(flake8(project))}


def test_what_is_excluded_is_quiet_on_standard_input_too(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.async-db-lint]\nexclude = ["legacy"]\n')
    new = "from shop.deps import Db\nasync def stop(db: Db):\n    db.rollback()\n"
    assert rows(flake8(project, "-", "--stdin-display-name", "legacy/new.py", text=new)) == set()


def test_a_project_behind_a_link_is_the_same_project(project: Path) -> None:
    link = project.parent / f"{project.name}-link"
    link.symlink_to(project, target_is_directory=True)
    other = project.parent / f"{project.name}-other"
    other.mkdir()
    expected = {(f"../{link.name}/{path}", *rest) for path, *rest in command_line(project)}
    assert rows(flake8(other, f"../{link.name}")) == expected
    name = f"../{link.name}/shop/deps.py"
    more = (project / "shop/deps.py").read_text() + "async def stop(db: Db):\n    db.rollback()\n"
    assert rows(flake8(other, "-", "--stdin-display-name", name, text=more)) == {(name, 10, 5, "ADB301")}


def test_what_killed_runs_left_is_removed(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for name in (f"async-db-lint-{gone.pid}-abc.json", f"async-db-lint-{os.getpid()}-abc.json"):
        (tmp_path / name).write_text("")
    remove_abandoned(str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == [f"async-db-lint-{os.getpid()}-abc.json"]


def test_advice_is_shown_when_it_is_asked_for(project: Path) -> None:
    route = "\nfrom sqlalchemy import select\n@app.get('/')\nasync def find(db: Db):\n    return await db.scalar(select(1))\n"
    with (project / "shop" / "main.py").open("a", newline="") as file:
        file.write(route)
    assert not {code for *_, code in rows(flake8(project, "--extend-select", "E,F"))} & {"ADB602"}
    assert {code for *_, code in rows(flake8(project, "--adb-advice"))} >= {"ADB602"}


def test_the_projects_configuration_decides_what_is_emitted(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.async-db-lint]\nselect = ["ADB106"]\n')
    assert {code for *_, code in rows(flake8(project))} == {"ADB106"}


def test_a_wrong_configuration_ends_the_run_with_a_sentence(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.async-db-lint]\nselekt = ["ADB106"]\n')
    command = [sys.executable, "-m", "flake8", "--isolated"]
    run = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert run.returncode == 1
    assert "unknown key `selekt` in [tool.async-db-lint]; did you mean `select`?" in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_other_plugins_formats_are_followed(project: Path) -> None:
    output = flake8(project, "--format", "%(code)s|%(path)s|%(row)d|%(col)d")
    assert "ADB301|./shop/main.py|12|14" in output.splitlines()


def test_a_broken_file_does_not_end_the_run(project: Path) -> None:
    (project / "shop" / "broken.py").write_text("import sqlalchemy\ndef f(:\n")
    assert "ADB301" in flake8(project, "--extend-select", "E9")


@pytest.mark.parametrize("newer", [b"type Id = int\n", b'NAME = f"{"x"}"\n', b"try: x\nexcept A, B: y\n"])
def test_a_file_that_flake8_itself_cannot_read_is_still_known_to_the_others(newer: bytes, project: Path) -> None:
    before = rows(flake8(project))
    for path in ("shop/database.py", "shop/deps.py"):
        (project / path).write_bytes((project / path).read_bytes() + newer)
    expected = {row for row in before if "main.py" in row[0]}
    assert expected
    assert expected <= rows(flake8(project, "-j", "2"))


@pytest.mark.parametrize("first", ["# coding: idna", "# coding: utf-16", "# coding: undefined", "# coding: punycode"])
@pytest.mark.parametrize("ignored", ["", "!\n", "[z-a]\n"])
def test_an_odd_file_anywhere_hides_no_finding(first: str, ignored: str, project: Path) -> None:
    expected = rows(flake8(project))
    (project / "odd.py").write_text(f"{first}\nx = 1\n")
    (project / ".gitignore").write_text(ignored)
    assert rows(flake8(project, "shop")) == {(path.removeprefix("./"), *rest) for path, *rest in expected}


def test_a_file_on_which_the_plugin_fails_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object, filename: str, text: str) -> None:
        raise RuntimeError("no")

    plugin = Plugin(None, "a.py", ["x = 1\n"])  # type: ignore[arg-type]
    monkeypatch.setattr(Answers, "known", fail)
    monkeypatch.setattr(Plugin, "answers", Answers({}, {}))
    text = "ADB900 unreadable-file: async-db-lint failed, so this file was not checked: RuntimeError: no"
    assert list(plugin.run()) == [(1, 0, text, Plugin)]


FAILING = """
import sys
from async_db_lint.{module} import {name}
def fail(*_): raise RuntimeError("no")
{name}.{method} = fail
from flake8.main.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("module", "name", "method", "said"),
    [
        ("hosts.projects", "KeptProjects", "answers", "async-db-lint failed, so nothing was checked: RuntimeError: no"),
        (
            "rules.awaiting.missing_await",
            "MissingAwait",
            "suspects",
            "async-db-lint: rule ADB301 failed: RuntimeError: no",
        ),
    ],
)
def test_a_plugin_that_fails_does_not_say_that_all_is_well(
    module: str, name: str, method: str, said: str, project: Path
) -> None:
    code = FAILING.format(module=module, name=name, method=method)
    command = [sys.executable, "-c", code, "--isolated", "--select", "ADB", "-j1"]
    run = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert run.returncode == 1
    assert said in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The file for the workers is gone when flake8 has ended."""
    scratch = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(scratch))
    yield
    assert list(scratch.glob("async-db-lint-*")) == []
