"""A round of stories in a real browser, and the same again."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import barriers

Open = Callable[..., Page]


def judge(page: Page, kind: str) -> None:
    for question in ("problem", "help_request", "share_in_solution"):
        page.locator(f"input[name={question}][value=yes]").check()
    page.locator(f"input[name=type][value={kind}]").check()
    page.locator("article form button").click()


@pytest.mark.parametrize(("language", "script"), [("nl", True), ("en", False)])
def test_a_round_is_walked_and_done_again(open_page: Open, language: str, script: bool) -> None:
    page = open_page(width=360, java_script_enabled=script)
    page.goto({"nl": "/nl/ronde", "en": "/en/round"}[language])
    page.locator("main form button").click()
    of = {"nl": "van", "en": "of"}[language]
    expect(page.locator("#judge")).to_contain_text(f"1 {of} 5")
    page.goto(f"{urlsplit(page.url).path}?items=vg03.1-vg07.2")
    for number in (1, 2):
        expect(page.locator("#judge")).to_contain_text(f"{number} {of} 2")
        judge(page, "customer")
        page.locator("a.wide").click()
    kept = page.locator("#f-keep").input_value()
    assert (
        page.locator("h1").inner_text() == {"nl": "Hoe de ronde ging", "en": "How the round went"}[language]
    )
    expect(page.locator("table.confusion tbody tr")).to_have_count(3)
    page.goto(kept)
    expect(page.locator(".notice")).to_contain_text(re.compile(r"\b20\d\d\b"))
    for kind in ("customer", "visitor"):
        judge(page, kind)
        page.locator("a.wide").click()
    expect(page.locator("main")).to_contain_text(f"6 {of} 6")
    expect(page.locator("main")).to_contain_text(f"1 {of} 2")
    if script:
        assert barriers(page) == []
