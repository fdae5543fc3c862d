"""The audit's page in a real browser: it loads nothing, fits a phone, and axe finds nothing against it.

pytest -m environments (needs Chromium: Debian's package `chromium`)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from async_db_lint.commands.cli import main
from tests.browser import chromium, needs_chromium
from tests.rules.test_fixtures import FIXTURES

ROOT = Path(__file__).parents[2]
AUDITED = {
    "passes": ROOT / "reference_app",
    "fails": FIXTURES / "ADB104-engine-not-disposed" / "bad",
    "empty": FIXTURES / "ADB901-unused-suppression",
}

pytestmark = [pytest.mark.environments, needs_chromium]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


def page_of(name: str, folder: Path) -> str:
    path = folder / f"{name}.html"
    main(["audit", str(AUDITED[name]), "--root", str(AUDITED[name]), "--output", str(path)])
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", AUDITED)
def test_a_page_is_accessible_whole_and_alone(browser: Any, name: str, scheme: str, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    address = page_of(name, tmp_path)
    page.goto(address)
    for item in page.query_selector_all("details"):
        item.evaluate("element => element.open = true")
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert (asked, said) == ([address], [])


def test_what_failed_is_open_and_the_rest_opens_by_the_keyboard(browser: Any, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(page_of("fails", tmp_path))
    assert page.locator("details.failed[open]").count() == page.locator("details.failed").count() > 0
    passed = page.locator("details.passed").first
    passed.locator("summary").focus()
    page.keyboard.press("Enter")
    assert passed.get_attribute("open") is not None


def test_the_boxes_of_the_drawing_hold_their_texts(browser: Any, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(page_of("passes", tmp_path))
    wide = page.evaluate("""() => [...document.querySelectorAll('svg .node')].filter(node => {
        const box = node.querySelector('rect').getBoundingClientRect();
        return [...node.querySelectorAll('text')].some(text => text.getBoundingClientRect().right > box.right - 4);
    }).map(node => node.textContent)""")
    assert wide == []
    assert page.locator("svg .node").count() == 20
