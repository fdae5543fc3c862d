"""The page at /docs in a real browser that reaches nothing but the bookshop.

pytest -m environments (needs Chromium: Debian's package `chromium`)
"""

from __future__ import annotations

import asyncio
import shutil

import pytest

from tests.reference_app.test_process import SERVER, answering, serving
from tests.scratch import Room

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
pytestmark = [pytest.mark.environments, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]


def test_the_documentation_is_there_without_the_network(home: Room) -> None:
    from playwright.sync_api import sync_playwright

    with serving(SERVER, DATABASE_URL=home.url, DATABASE_SCHEMA=home.name) as (_, address):
        asyncio.run(answering(address))
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(f"{address}/docs")
            page.wait_for_selector("#operations-orders-export_orders_export_csv_get")
            title = page.inner_text(".title")
            browser.close()
    assert "Bookshop" in title
    assert len(asked) > 2
    assert all(url.startswith((address, "data:")) for url in asked)
