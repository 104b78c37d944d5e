"""What asks for attention, walked as a supervisor before a meeting."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.domain.texts import Language
from app.web.places import address
from tests.browser.conftest import barriers


@pytest.mark.parametrize("language", Language)
def test_a_supervisor_prepares_a_meeting(open_page: Callable[..., Page], language: Language) -> None:
    page = open_page("demo-supervisor", width=1100)
    page.goto(address("attention", language))
    assert page.locator(".asking").count() > 1
    assert barriers(page) == []
    page.locator(".kinds a").nth(1).click()
    shown = page.locator(".kinds [aria-current]").inner_text()
    assert page.locator(".asking li strong").first.inner_text() in shown
    page.goto(address("signals", language))
    assert barriers(page) == []
    page.goto(address("signal_settings", language))
    assert barriers(page) == []
    page.locator("#f-stuck_after").fill("2")
    page.locator("main form .primary").click()
    expect(page.locator("[role=status]")).to_be_visible()
