"""What other programs may rely on: the function for Python, and files for forges that can be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import async_db_lint
from async_db_lint.read.discovery import MissingPath
from async_db_lint.rule.finding import Severity
from async_db_lint.settings.keys import ConfigError
from tests.projects import written

HERE = Path(__file__).parent.parent
BAD = """
    from sqlalchemy.ext.asyncio import AsyncSession


    async def run(session: AsyncSession):
        session.commit()
"""


def test_a_project_is_checked_with_its_settings(tmp_path: Path) -> None:
    root = written(tmp_path, {"app/orders.py": BAD, "app/users.py": BAD, "pyproject.toml": ""})
    assert [item.location.path for item in async_db_lint.check(root).findings] == ["app/orders.py", "app/users.py"]
    (finding,) = async_db_lint.check(str(root / "app/orders.py")).findings
    assert (finding.code, finding.name, finding.severity) == ("ADB301", "missing-await", Severity.ERROR)
    assert (finding.location.line, finding.location.column) == (5, 5)
    (root / "pyproject.toml").write_text('[tool.async-db-lint]\nignore = ["ADB301"]\n')
    report = async_db_lint.check(root)
    assert (report.findings, report.faults, report.files) == ((), (), 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app", "pyproject.toml"]


def test_what_cannot_be_checked_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingPath):
        async_db_lint.check(tmp_path / "missing")
    (tmp_path / "pyproject.toml").write_text("[tool.async-db-lint]\nselct = []\n")
    with pytest.raises(ConfigError):
        async_db_lint.check(tmp_path)


def test_the_example_of_the_page_runs(tmp_path: Path) -> None:
    root = written(tmp_path, {"src/shop/orders.py": BAD})
    page = (HERE / "docs/python-api.md").read_text()
    code = page.partition("```python\n")[2].partition("```")[0]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ":5: ADB301 " in run.stdout


@pytest.mark.parametrize("path", ["action.yml", "docs/gitlab-ci.yml", *(
    path.relative_to(HERE).as_posix() for path in sorted((HERE / ".github").rglob("*.yml"))
)])  # fmt: skip
def test_files_for_forges_are_yaml(path: str) -> None:
    import yaml

    assert isinstance(yaml.safe_load((HERE / path).read_text()), dict)
