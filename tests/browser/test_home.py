"""The way in, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Faults, barriers


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", ["nobody", "anna"])
def test_the_way_in_can_be_used_by_everybody(
    open_page: Callable[..., Page], language: str, name: str
) -> None:
    page = open_page(name)
    page.goto(f"/{language}/")
    assert page.locator("html").get_attribute("lang") == language
    assert page.get_by_role("link", name="Dossiers" if language == "nl" else "Cases").count() == (
        2 if name == "anna" else 0
    )
    assert barriers(page) == []


def test_what_a_page_may_not_do_is_noticed(open_page: Callable[..., Page], faults: Faults) -> None:
    page = open_page()
    page.goto("/nl/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.wait_for_timeout(100)
    assert any("policy style-src" in fault for fault in faults.found)
    faults.found.clear()


def test_the_display_stays_as_it_was_chosen(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/nl/")
    with page.expect_navigation():
        page.get_by_label("Weergave").select_option("dark")
    assert page.locator("html").get_attribute("data-display") == "dark"
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("data-display") == "dark"
