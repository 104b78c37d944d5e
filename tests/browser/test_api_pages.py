"""The plain-language check, the page about the API and Swagger UI, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Faults, Site, barriers, overflow, violations

Open = Callable[..., Page]
TEXT = 'Moeder geeft aan dat <b>de</b> thuissituatie kwetsbaar is.\n\nZe zegt: "ik ben kwetsbaar".'


def everybody_can_use(page: Page) -> None:
    """Look at a page that is open in every display and width."""
    assert barriers(page) == []


def check(page: Page, text: str) -> None:
    page.locator("textarea").fill(text)
    with page.expect_navigation():
        page.locator("main form button").click()


@pytest.mark.parametrize("path", ["/nl/taalcheck", "/en/language-check"])
def test_a_text_can_be_looked_through(open_page: Open, faults: Faults, path: str) -> None:
    page = open_page()
    page.goto(path)
    assert page.locator("#f-language").input_value() == path[1:3]
    page.locator("#f-language").select_option("nl")
    check(page, TEXT)
    assert page.url.endswith(f"{path}#result")
    assert "4 hints" in page.title()
    assert page.locator("mark").all_inner_texts() == [
        "Moeder1",
        "geeft aan dat2",
        "thuissituatie3",
        "kwetsbaar4",
    ]
    page.locator("mark a").nth(2).click()
    assert page.evaluate("document.querySelector(':target').querySelector('h3').innerText") == "thuissituatie"
    everybody_can_use(page)
    faults.allowed.add("400 (Bad Request)")
    check(page, "   ")
    assert page.evaluate("document.activeElement.id") == "errors"
    assert violations(page) == []


def test_a_text_can_be_looked_through_without_script(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/nl/taalcheck")
    check(page, TEXT)
    assert page.locator("mark").count() == 4
    assert page.locator("textarea").input_value() == TEXT
    page.goto("/nl/api")
    assert page.locator("article.call").count() > 30


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_operations_can_be_read_by_everybody(open_page: Open, language: str) -> None:
    page = open_page()
    page.goto(f"/{language}/api")
    page.get_by_role("link", name="Record an assessment").click()
    assert page.locator(":target").inner_text() == "Record an assessment"
    page.set_viewport_size({"width": 320, "height": 640})
    assert overflow(page) == []
    if language == "en":
        assert violations(page) == []
    # All operations are made alike, and to look at 40 of them takes seconds: open, guarded, long, none.
    page.evaluate(
        """kept => document.querySelectorAll('article.call').forEach(
            one => kept.includes(one.getAttribute('aria-labelledby')) || one.remove())""",
        ["classify", "record_assessment", "list_access_events", "read_liveness"],
    )
    assert page.locator("article.call").count() == 4
    everybody_can_use(page)


def test_developers_can_try_the_api(open_page: Open, site: Site) -> None:
    """Swagger UI is not for everybody: axe finds faults in it, and the page that it leads to has none."""
    page = open_page()
    page.goto("/docs")
    page.locator(".btn.authorize").click()
    page.locator(".auth-container input").fill(site.people.tokens["anna"])
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".btn-done").click()
    operation = page.locator("#operations-organisation-list_teams")
    operation.locator(".opblock-summary-control").click()
    operation.locator(".execute").click()
    operation.locator(".live-responses-table .response-col_status").filter(has_text="200").wait_for()
    assert "north" in operation.locator(".live-responses-table").inner_text()
    assert page.evaluate("({...localStorage})") == {}
    page.locator("p.wrapper a").click()
    assert page.url.endswith("/en/api")
