"""A training in real browsers: the trainer's screen and a participant's phone, at the same time."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.domain.texts import Language
from app.web.places import address
from tests.browser.conftest import Faults, Site, barriers
from tests.browser.raters import RATINGS, STORIES, begin, rate

Open = Callable[..., Page]

LATER = 15_000
"""Milliseconds in which what others do has to be there by itself."""


def judge(page: Page) -> None:
    for question in ("problem", "help_request", "share_in_solution"):
        page.locator(f"input[name={question}][value=no]").check()
    page.locator("input[name=type][value=visitor]").check()
    page.locator("article form button").click()


@pytest.mark.parametrize(("language", "script"), [(Language.NL, True), (Language.EN, False)])
def test_a_trainer_and_a_phone_at_the_same_time(
    open_page: Open, faults: Faults, language: Language, script: bool
) -> None:
    trainer = open_page("tess", width=1100, java_script_enabled=script)
    phone = open_page(width=360, color_scheme="dark", java_script_enabled=script)
    code = begin(trainer, language, "vg03")
    screen = trainer
    if not script:
        # What does not need script asks again by itself: the screen for the room.
        screen = open_page(width=1100, java_script_enabled=False)
        screen.goto(address("screen", language, code=code))
    joined = {"nl": "1 persoon doet mee. ", "en": "1 person joined. "}[language]
    of = {"nl": "van", "en": "of"}[language]

    phone.goto(address("join_by_code", language))
    phone.locator("#f-code").fill(code.lower())
    phone.locator("main form button").click()
    phone.locator("#f-nickname").fill("Otter")
    # With script a second tap joins nobody a second time.
    phone.locator("main form button").click(click_count=2 if script else 1)
    expect(screen.locator("[role=status]")).to_contain_text(f"{joined}0 {of} 2", timeout=LATER)
    expect(phone.locator("#judge")).to_contain_text(f"1 {of} 2")
    if script:
        # A line that drops loses nothing that was chosen.
        faults.allowed.add("ERR_INTERNET_DISCONNECTED")
        phone.context.set_offline(True)
        judge(phone)
        expect(phone.get_by_role("alert")).to_contain_text("Er is niets kwijt")
        phone.context.set_offline(False)
        phone.locator("article form button").click()
    else:
        judge(phone)
    expect(phone.locator("#judge")).to_contain_text(f"2 {of} 2")
    judge(phone)
    expect(screen.locator("[role=status]")).to_contain_text(f"{joined}2 {of} 2", timeout=LATER)
    assert trainer.locator(".room-code").first.inner_text().replace("\n", "").replace(" ", "") == code
    if script:
        pause = trainer.locator("[data-pause]")
        pause.click()
        expect(pause).to_have_text("Weer bijwerken")
        assert [*barriers(phone), *barriers(trainer)] == []
    trainer.locator("[name=state][value=results_shown] + button").click()
    # The phone waited, and is shown the results without a hand.
    expect(phone.locator("h1")).to_contain_text(code, timeout=LATER)
    expect(phone.locator(".item")).to_have_count(2)
    phone.locator(".item summary").first.click()
    expect(phone.locator(".item blockquote").first).to_be_visible()
    if script:
        assert barriers(phone) == []


@pytest.mark.parametrize("language", Language)
def test_three_raters_and_twelve_judgements_agree_as_the_domain_report_says(
    open_page: Open, site: Site, language: Language
) -> None:
    page = open_page("tess", width=1100)
    code = begin(page, language, *STORIES)
    for nickname, ratings in zip(("Otter", "Blue fox", "Heron"), RATINGS, strict=True):
        rate(site, code, nickname, ratings)
    page.locator("[name=state][value=results_shown] + button").click()
    together = page.locator("section").first
    rows = together.locator("tbody tr")
    point = "," if language is Language.NL else "."
    expect(rows.nth(0)).to_contain_text(f"0{point}66")
    for answer in (2, 3, 4):
        expect(rows.nth(answer)).to_contain_text(f"0{point}82")
    expect(together.locator(".notice")).to_contain_text(f"0{point}66")
    # The most to talk about first, within what has a key and what has not.
    groups = page.locator(".group")
    expect(groups).to_have_count(2)
    assert [groups.nth(number).locator(".item").count() for number in (0, 1)] == [10, 2]
    expect(groups.nth(0).locator(".item").first).not_to_contain_text("100%")
    expect(groups.nth(0).locator(".item").last).to_contain_text("100%")
    page.emulate_media(media="print")
    expect(page.locator(".noprint").first).to_be_hidden()
    assert page.locator(".item:visible").count() == 12
