"""The page at /docs in a real browser that reaches nothing but the bookshop.

pytest -m environments (needs Chromium: Debian's package `chromium`)
"""

from __future__ import annotations

import asyncio

import pytest

from tests.browser import chromium, needs_chromium
from tests.reference_app.test_process import SERVER, answering, serving
from tests.scratch import Room

pytestmark = [pytest.mark.environments, needs_chromium]


def test_the_documentation_is_there_without_the_network(home: Room) -> None:
    with serving(SERVER, DATABASE_URL=home.url, DATABASE_SCHEMA=home.name) as (_, address):
        asyncio.run(answering(address))
        with chromium() as browser:
            page = browser.new_page()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(f"{address}/docs")
            page.wait_for_selector("#operations-orders-export_orders_export_csv_get")
            title = page.inner_text(".title")
    assert "Bookshop" in title
    assert len(asked) > 2
    assert all(url.startswith((address, "data:")) for url in asked)
