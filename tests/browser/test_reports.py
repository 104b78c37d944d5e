"""The reports in a real browser: tables before pictures, on a phone, in the dark, on paper."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from app.knowledge import load_knowledge
from tests.api.reporting import fill
from tests.browser.conftest import Site, barriers


@pytest.fixture(scope="module")
def busy(site: Site) -> Site:
    """A supervisor of two teams, in which enough was recorded to show some of it."""
    fill(site.database, site.people, load_knowledge(), seed=3, cases=16, now=datetime.now(UTC))
    return site


@pytest.mark.parametrize("path", ["/nl/rapporten?besides=yes", "/en/reports"])
def test_a_report_can_be_read_by_everybody(busy: Site, open_page: Callable[..., Page], path: str) -> None:
    assert busy.people
    page = open_page("sam")
    page.goto(path)
    if folder := os.environ.get("LOOK"):
        for width in (360, 1100):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=f"{folder}/{path[1:3]}-{width}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light", media="print")
        page.screenshot(path=f"{folder}/{path[1:3]}-print.png", full_page=True)
        page.emulate_media(media="screen", forced_colors="active")
        page.screenshot(path=f"{folder}/{path[1:3]}-forced.png", full_page=True)
        page.emulate_media(forced_colors="none")
    assert barriers(page) == []
    assert page.get_by_role("img").count() >= 2
    page.emulate_media(media="print")
    expect(page.get_by_role("button")).to_have_count(0)


def test_a_supervisor_chooses_a_period_and_goes_to_the_cases(
    busy: Site, open_page: Callable[..., Page]
) -> None:
    assert busy.people
    page = open_page("sam", width=360, java_script_enabled=False)
    page.goto("/en/reports")
    page.locator("#f-team").select_option("north")
    page.locator("#f-period").select_option(index=1)
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".status")).to_contain_text("north")
    page.get_by_role("link", name="show the cases").first.click()
    assert "type=" in page.url
    expect(page.get_by_role("heading", level=1)).to_have_text("Cases")
