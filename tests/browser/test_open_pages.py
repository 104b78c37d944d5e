"""What is open to all, in a real browser: practising, the table to hand out, and the stories."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import barriers, overflow

Open = Callable[..., Page]

PAGES = {
    "nl": (
        "/nl/oefenen/ja-misschien-niet-besproken",
        "/nl/combinaties",
        "/nl/verhalen",
        "/nl/verhalen/vg07?given=yyn.customer_mnn.visitor_yyy.none",
        "/nl/bronnen",
        "/nl/toegankelijkheid",
    ),
    "en": (
        "/en/practice",
        "/en/practice/no-yes-no",
        "/en/combinations?type=none",
        "/en/stories",
        "/en/stories/vg07",
        "/en/sources",
        "/en/accessibility",
    ),
}
# What WCAG 1.4.12 lets a reader do.
MORE_SPACE = """* { line-height: 1.5 !important }
* { letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_open_pages_can_be_used_by_everybody(open_page: Open, language: str) -> None:
    page = open_page(width=360)
    for path in PAGES[language]:
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == language
        assert barriers(page) == []
        # A policy of the page forbids styles of others; a reader's own come through the browser.
        page.evaluate(
            "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s] }",
            MORE_SPACE,
        )
        assert overflow(page) == []


def choose(page: Page, *answers: tuple[str, str]) -> None:
    for question, answer in answers:
        page.locator(f"input[name={question}][value={answer}]").check()


def test_each_answer_shows_at_once_what_it_comes_to(open_page: Open) -> None:
    page = open_page()
    page.goto("/nl/oefenen")
    said = page.get_by_role("status")
    expect(said).to_contain_text("Beantwoord de drie vragen.")
    page.evaluate("document.querySelector('[role=status]').dataset.kept = 'yes'")
    choose(page, ("problem", "yes"), ("help_request", "yes"))
    expect(said).to_contain_text("Nog één antwoord.")
    choose(page, ("share_in_solution", "no"))
    expect(said).to_contain_text("Klager")
    expect(page).to_have_url(re.compile(r"/nl/oefenen/ja-ja-nee$"))
    # It is the same place on the page that says it, so that it is heard; and the focus stayed.
    assert said.get_attribute("data-kept") == "yes"
    expect(page.locator("input[name=share_in_solution][value=no]")).to_be_focused()
    # What would change it, and back; then the same answers in the other language.
    page.get_by_role("link", name="Aandeel in de oplossing: Ja").click()
    expect(said).to_contain_text("Klant")
    page.go_back()
    expect(said).to_contain_text("Klager")
    choose(page, ("problem", "no"))
    expect(said).to_contain_text("Tegenstrijdig")
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile(r"/en/practice/no-yes-no$"))
    expect(said).to_contain_text("Contradictory")


def test_practising_needs_no_mouse(open_page: Open) -> None:
    page = open_page(forced_colors="active")
    page.goto("/nl/oefenen")
    page.locator("#main").focus()
    for moves in ("Space", "ArrowRight", "ArrowRight ArrowRight"):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for key in moves.split():
            page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"/nl/oefenen/ja-misschien-nee$"))
    expect(page.get_by_role("status")).to_contain_text("Klager")
    # In forced colours a chosen answer still differs from the others.
    colours = page.evaluate(
        """() => [...document.querySelectorAll('[name=problem] + span')]
            .map(e => getComputedStyle(e).backgroundColor)"""
    )
    assert colours[0] != colours[1] == colours[2]


def test_everything_works_without_script(open_page: Open) -> None:
    page = open_page(java_script_enabled=False, width=360)
    page.goto("/nl/oefenen")
    choose(page, ("problem", "maybe"), ("help_request", "no"), ("share_in_solution", "no"))
    page.get_by_role("button", name="Toon waar het op uitkomt").click()
    expect(page).to_have_url(re.compile(r"/nl/oefenen/misschien-nee-nee$"))
    expect(page.get_by_role("status")).to_contain_text("Bezoeker")
    page.goto("/nl/combinaties")
    expect(page.get_by_role("button", name="Printen")).to_be_hidden()
    page.get_by_label("Relatie").first.select_option("customer")
    page.get_by_role("button", name="Toon").click()
    expect(page).to_have_url(re.compile("type=customer"))
    assert page.locator("tbody tr").count() == page.locator("tbody .badge.lv2").count() > 0


def test_a_story_is_judged_before_the_key_is_shown(open_page: Open) -> None:
    page = open_page()
    page.goto("/nl/verhalen")
    page.get_by_role("link", name="Hulp die de dochter regelde").click()
    choose(page, ("problem", "no"), ("help_request", "no"), ("share_in_solution", "no"), ("type", "visitor"))
    page.get_by_role("button", name="Vergelijk met de sleutel van experts").click()
    expect(page.locator(".story .ok")).to_have_count(4)
    page.get_by_role("link", name="Door naar de volgende inschatting").click()
    choose(
        page, ("problem", "yes"), ("help_request", "yes"), ("share_in_solution", "yes"), ("type", "customer")
    )
    page.get_by_role("button", name="Vergelijk met de sleutel van experts").click()
    expect(page.get_by_text("Daar vergissen we ons het vaakst in")).to_be_visible()
    expect(page.get_by_text("5 van 6 antwoorden zoals in de sleutel")).to_be_visible()
    expect(page.get_by_role("heading", name="Wat je hiervan leert")).to_be_visible()


@pytest.mark.parametrize("path", ["/nl/combinaties", "/en/combinations"])
def test_the_handout_is_two_sides_of_paper(open_page: Open, path: str) -> None:
    page = open_page()
    page.goto(path)
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", printed)) == 2
    page.emulate_media(media="print")
    assert page.locator("tbody tr:visible").count() == 27
    for part in (".legend", ".foot p", "caption"):
        expect(page.locator(part).first).to_be_visible()
    expect(page.locator(".legend")).to_contain_text(re.compile(r"\d{4}\.\d"))
    for part in (".top", ".filters", ".foot nav"):
        expect(page.locator(part)).to_be_hidden()
