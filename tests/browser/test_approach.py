"""Our approach in a real browser: what was used of it, what the organisation adds and hides."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from app.domain.texts import Language
from app.web.places import address
from tests.browser.conftest import Site, barriers
from tests.browser.test_case import recorded

Open = Callable[..., Page]


def test_add_a_suggestion_and_hide_one(open_page: Open) -> None:
    page = open_page("sam", width=1100)
    page.goto(address("home", Language.EN))
    page.get_by_role("main").get_by_role("link", name="Our approach").click()
    page.get_by_role("link", name="Add a suggestion").click()
    page.get_by_label("What kind of suggestion?").select_option("question")
    page.get_by_label("In a complainant relationship").check()
    page.get_by_label("In Dutch").fill("Vraag eerst naar gisteren.")
    page.get_by_label("In English").fill("Ask about yesterday first.")
    assert barriers(page) == []
    page.get_by_role("button", name="Add this suggestion").click()
    expect(page.get_by_role("status")).to_contain_text("Added.")
    assert barriers(page) == []
    page.get_by_role("link", name="Back to our approach").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Our approach")
    expect(page.get_by_text("Ask about yesterday first.").first).to_be_visible()
    page.locator("summary").first.click()
    page.get_by_role("button", name="How do you see it yourself?").click()
    expect(page.get_by_role("status")).to_contain_text("Hidden.")
    assert barriers(page) == []


def test_say_on_a_phone_what_was_used(site: Site, open_page: Open) -> None:
    case_id = recorded(site, "gebruikt", {"day": 0, "answers": "yyn"}, {"day": 30, "answers": "yyy"})
    page = open_page("anna", width=360, color_scheme="dark")
    page.goto(address("case", Language.NL, id=case_id))
    page.get_by_role("link", name="Wat heb je gebruikt?").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wat heb je gebruikt?")
    assert barriers(page) == []
    first = page.get_by_role("group").first
    expect(first.get_by_label("Waarom?")).to_be_hidden()
    first.get_by_role("radio", name="Op mijn manier").check()
    first.get_by_label("Waarom?").fill("Met een getekende ladder.")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_role("status").first).to_be_visible()
    page.get_by_text("Antwoorden, eigen woorden en notitie").last.click()
    expect(page.get_by_text("Met een getekende ladder.")).to_be_visible()
    assert barriers(page) == []


def test_think_for_a_moment_after_a_stuck_conversation(site: Site, open_page: Open) -> None:
    views = [{"day": day, "answers": "yyn"} for day in (0, 30, 60)]
    case_id = recorded(site, "vastgelopen", *views)
    page = open_page("anna", width=360)
    page.goto(address("case", Language.NL, id=case_id))
    page.get_by_text("Loopt het vast?").click()
    page.get_by_label("Waarom pakken wij dit op deze manier aan?").fill("We bellen elke week.")
    assert barriers(page) == []
    page.get_by_role("button", name="Dit opslaan").click()
    expect(page.get_by_text("al is het iets kleins")).to_be_visible()
    expect(page.get_by_text("We bellen elke week.")).to_be_visible()
    page.get_by_text("Een vraag voor tussendoor").click()
    page.get_by_label("Wat geldt voor deze persoon").fill("Ze maakt graag grappen.")
    page.get_by_role("button", name="Dit opslaan").click()
    expect(page.get_by_role("button", name="Voorgoed verwijderen")).to_be_visible()
    assert barriers(page) == []
