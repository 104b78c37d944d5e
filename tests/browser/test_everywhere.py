"""What holds on every main page: other spacing, colours of the reader's own, print, and no script."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from app.domain.roles import Role
from app.domain.texts import Language
from app.web.places import address
from tests.browser.conftest import Site, overflow

# WCAG 2.2, 1.4.12: what a reader may set without losing anything.
_SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
        word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
    return [...document.querySelectorAll('button, .btn, .seg span, a, h1, h2, legend, td, th, label')]
        .filter(e => e.clientWidth > 2 && getComputedStyle(e).display !== 'inline' && !e.closest('.vh'))
        .filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2)
        .filter(e => getComputedStyle(e).overflow !== 'visible' || e.scrollWidth > e.clientWidth + 1)
        .map(e => e.tagName + ': ' + e.textContent.trim().slice(0, 40));
}"""
# A circle that is filled and a square that is not look the same when no colour is left.
_CHOSEN = """() => {
    const [chosen, other] = [':checked', ':not(:checked)'].map(
        state => getComputedStyle(document.querySelector(`.seg input${state} + span`)).backgroundColor);
    return chosen !== other;
}"""


def main_pages(site: Site, language: Language) -> Iterator[tuple[str, str]]:
    """Yield who looks, and where."""
    answers = "ja-ja-nee" if language is Language.NL else "yes-yes-no"
    yield "nobody", address("home", language)
    yield "nobody", address("practice_answers", language, answers=answers)
    for place in (
        "combinations",
        "stories",
        "sources",
        "language_check",
        "sign_in",
        "api",
        "accessibility",
        "round",
    ):
        yield "nobody", address(place, language)
    yield "nobody", address("join_by_code", language)
    yield "demo-trainer", address("trainings", language)
    yield "demo-practitioner", address("caseload", language)
    yield "demo-practitioner", address("record", language)
    yield "demo-practitioner", address("account", language)
    yield "demo-supervisor", address("reports", language)
    yield "demo-supervisor", site.busiest_case(Role.SUPERVISOR, language)


@pytest.mark.parametrize("language", Language)
def test_a_reader_may_space_the_text(open_page: Callable[..., Page], site: Site, language: Language) -> None:
    pages: dict[str, Page] = {}
    for name, path in main_pages(site, language):
        page = pages.setdefault(name, pages.get(name) or open_page(name, width=1100))
        page.goto(path)
        assert page.evaluate(_SPACED) == [], path
        page.set_viewport_size({"width": 320, "height": 800})
        assert overflow(page) == [], path
        page.set_viewport_size({"width": 1100, "height": 800})


def test_a_choice_is_seen_in_colours_of_the_reader(open_page: Callable[..., Page]) -> None:
    page = open_page(forced_colors="active")
    page.goto(address("practice_answers", Language.NL, answers="ja-ja-nee"))
    assert page.evaluate(_CHOSEN)
    current, rest = page.locator("nav a[aria-current]").first, page.locator("nav a:not([aria-current])").first
    width = "e => getComputedStyle(e).borderBottomWidth"
    assert current.evaluate(width) != rest.evaluate(width)


@pytest.mark.parametrize("language", Language)
def test_every_page_works_without_script(
    open_page: Callable[..., Page], site: Site, language: Language
) -> None:
    pages: dict[str, Page] = {}
    for name, path in main_pages(site, language):
        page = pages.setdefault(name, pages.get(name) or open_page(name, java_script_enabled=False))
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.locator("h1").count() == 1, path
        assert page.locator("form button[hidden]:not([data-print])").count() == 0, path
