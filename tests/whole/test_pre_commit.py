"""The hooks in the real pre-commit: a commit is stopped, fixed and let through.

pytest -m environments
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooked import RIGHT, WRONG, Repository


@pytest.mark.environments
def test_the_project_hook_stops_a_commit_whose_finding_stands_in_another_file(home: Path, tmp_path: Path) -> None:
    found = Repository(tmp_path / "shop", home, "  - id: async-db-lint-project\n")
    went, said = found.commit()
    assert went, said
    (found.folder / "main.py").write_text(WRONG)
    went, said = found.commit()
    assert not went
    assert "database.py:2:10" in said
    assert "ADB104" in said
    (found.folder / "main.py").write_text(RIGHT)
    (found.folder / "notes.txt").write_text("x")
    assert found.commit()[0]


@pytest.mark.environments
def test_the_project_hook_sees_a_commit_that_only_deletes(home: Path, tmp_path: Path) -> None:
    found = Repository(tmp_path / "shop", home, "  - id: async-db-lint-project\n")
    (found.folder / "main.py").write_text(WRONG)
    (found.folder / "stop.py").write_text(
        "from database import engine\nasync def stop(app):\n    await engine.dispose()\n"
    )
    (found.folder / "hook.py").write_text(
        "from main import app\nfrom stop import stop\napp.router.on_shutdown.append(stop)\n"
    )
    assert found.commit()[0]
    (found.folder / "hook.py").unlink()
    went, said = found.commit()
    assert not went
    assert "ADB104" in said


@pytest.mark.environments
def test_the_file_hook_reports_what_concerns_the_changed_files(home: Path, tmp_path: Path) -> None:
    found = Repository(tmp_path / "shop", home, "  - id: async-db-lint\n    exclude: ^legacy/\n")
    assert found.commit()[0]
    (found.folder / "legacy").mkdir()
    (found.folder / "legacy" / "old.py").write_text(
        "from database import SessionLocal\nasync def f():\n    async with SessionLocal() as session:\n        session.commit()\n"
    )
    went, said = found.commit()
    assert went, said  # what pre-commit excludes is not passed on
    (found.folder / "main.py").write_text(WRONG)
    went, said = found.commit()
    assert not went
    assert "ADB104" in said  # its related place, the lifespan, is in the changed file
    assert "ADB301" not in said
    (found.folder / "main.py").write_text(RIGHT)
    (found.folder / "other.py").write_text("x = 1\n")
    assert found.commit()[0]


@pytest.mark.environments
def test_it_can_be_tried_before_it_is_installed(home: Path, tmp_path: Path) -> None:
    found = Repository(tmp_path / "shop", home, "  - id: async-db-lint\n")
    (found.folder / "main.py").write_text(WRONG)
    found.git("add", "-A")
    tried = found.pre_commit("try-repo", str(home / "hooks"), "async-db-lint-project", "--all-files")
    assert tried.returncode == 1
    assert "ADB104" in tried.stdout


@pytest.mark.environments
def test_the_fixing_hook_fixes_and_stops_the_commit_once(home: Path, tmp_path: Path) -> None:
    found = Repository(tmp_path / "shop", home, "  - id: async-db-lint-fix\n")
    assert found.commit()[0]
    text = "from database import SessionLocal\nasync def f():\n    with SessionLocal() as session:\n        session.commit()\n"
    (found.folder / "work.py").write_text(text)
    went, said = found.commit()
    assert not went
    assert "files were modified by this hook" in said
    assert (found.folder / "work.py").read_text() == text.replace("    with", "    async with")  # `await` is not safe
    assert found.commit()[0]
