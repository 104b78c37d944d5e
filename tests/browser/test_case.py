"""The page of a case in a real browser: read, looked at as it was, corrected, closed and printed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from app.database import OrganisationSession, transaction
from app.domain.texts import Language
from app.knowledge import load_knowledge
from app.models.assessments import AssessmentCreate
from app.models.cases import Case
from app.services.assessments import record
from app.services.trail import Trail
from app.services.work import Work
from app.web.places import address
from tests.browser.conftest import Faults, Site, barriers, overflow
from tests.support import assessment

Open = Callable[..., Page]
NOW = datetime.now(UTC)


def recorded(site: Site, reference: str, *views: dict[str, Any]) -> str:
    """Record views of a case of anna, each with the days since the first; return the id of the case."""
    knowledge, anna = load_knowledge(), site.people.users["anna"]
    with (
        transaction(site.database, write=True) as connection,
        OrganisationSession(connection, anna.organisation_id) as session,
    ):
        work = Work(session, anna, NOW, Language.NL, knowledge, Trail("assessment:record"))
        for view in views:
            held_at = NOW - timedelta(days=90 - view.pop("day"))
            body = assessment(
                **{
                    "case": {"reference": reference},
                    "participant": {"reference": "moeder"},
                    "concern": {"reference": "gebaren", "wording": "leren gebaren"},
                    "held_at": held_at,
                    **view,
                }
            )
            found, _ = record(work, AssessmentCreate.model_validate(body))
        return str(found.case.id)


@pytest.fixture(scope="module")
def case_id(site: Site) -> str:
    """A case of anna: mother on two concerns, one of which moved twice; father on one."""
    school = {"reference": "school", "wording": "haar gedrag op school"}
    return recorded(
        site,
        "dossier-van-de-browser",
        {"day": 0, "answers": "nnn", "note": "Eerste gesprek, op school."},
        {"day": 30, "answers": "yyn", "own_words": {"problem": "Hij slaat."}},
        {"day": 60, "answers": "yyy", "note": "Ze oefent thuis.", "change_reason": "relationship_changed"},
        {"day": 0, "answers": "umn", "concern": school},
        {"day": 45, "answers": "nnn", "participant": {"reference": "vader"}},
    )


def at(case_id: str, language: str = "en", place: str = "case", **query: object) -> str:
    return address(place, Language(language), query=query, id=case_id)


def is_for_everybody(page: Page) -> None:
    """Look at the loaded page in light and dark, wide and narrow, and on the smallest screen."""
    assert barriers(page) == []


WORDS = {
    "nl": ("Hoe de werkrelatie nu is", "Dezelfde gegevens als tabel", "Antwoorden, eigen woorden en notitie"),
    "en": ("How the working relationship stands", "The same data as a table", "Answers, own words and note"),
}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_can_be_used_by_everybody(open_page: Open, case_id: str, language: str) -> None:
    stands, table, details = WORDS[language]
    page = open_page("anna")
    page.goto(at(case_id, language))
    first = page.get_by_role("region", name=stands).get_by_role("listitem").first
    expect(first).to_contain_text("leren gebaren")
    expect(page.get_by_role("img").first).to_be_visible()
    page.get_by_text(table).click()
    expect(page.get_by_role("row", name="haar gedrag op school").first).to_be_visible()
    page.get_by_text(details).first.click()
    expect(page.get_by_text("Ze oefent thuis.")).to_be_visible()
    is_for_everybody(page)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("place", ["case_close", "case_hand_over", "correct"])
def test_the_forms_can_be_used_by_everybody(open_page: Open, case_id: str, language: str, place: str) -> None:
    page = open_page("anna")
    if place == "correct":
        page.goto(at(case_id, language))
        page.get_by_role("link", name="Verbeteren" if language == "nl" else "Correct").first.click()
    else:
        page.goto(at(case_id, language, place))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    is_for_everybody(page)


def test_long_words_stay_on_a_small_screen(open_page: Open, site: Site) -> None:
    names = {"participant": {"reference": "m" * 64}, "concern": {"reference": "c", "wording": "w" * 200}}
    words = {"note": "n" * 500, "own_words": {"problem": "p" * 500}}
    case_id = recorded(site, "r" * 64, {"day": 0, **names, **words}, {"day": 9, "answers": "yyy", **names})
    page = open_page("anna", width=320)
    page.goto(at(case_id))
    for details in page.locator("details").all():
        details.evaluate("one => one.open = true")
    assert overflow(page) == []
    page.get_by_role("link", name="Correct").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Correct an assessment")
    assert overflow(page) == []
    page.goto(at(case_id, place="case_close"))
    assert overflow(page) == []


def test_it_shows_how_it_stood_by_keyboard_alone(open_page: Open, case_id: str, faults: Faults) -> None:
    page = open_page("anna")
    page.goto(at(case_id))
    page.get_by_label("How did it stand on").focus()
    day = (NOW - timedelta(days=40)).date()
    page.get_by_label("How did it stand on").fill(day.isoformat())
    page.keyboard.press("Enter")
    expect(page.get_by_text("How it stood on")).to_be_visible()
    moved = page.get_by_role("region", name="How the working relationship stood")
    expect(moved.get_by_role("listitem").first).to_contain_text("Complainant")
    expect(page.get_by_role("link", name="Record a conversation")).to_have_count(0)
    page.get_by_role("link", name="Back to now").press("Enter")
    expect(page.get_by_role("link", name="Record a conversation")).to_be_visible()
    faults.allowed.add("status of 400")
    page.goto(at(case_id, at="2999-01-01"))
    expect(page.locator("#errors")).to_be_focused()
    page.get_by_role("link", name="This day is still to come.").press("Enter")
    expect(page.get_by_label("How did it stand on")).to_be_focused()


def test_on_paper_everything_is_there(open_page: Open, case_id: str) -> None:
    page = open_page("anna", color_scheme="dark")
    page.goto(at(case_id))
    page.emulate_media(media="print")
    for text in ("Eerste gesprek, op school.", "Hij slaat.", "Ze oefent thuis."):
        expect(page.get_by_text(text)).to_be_visible()
    expect(page.get_by_role("row", name="haar gedrag op school").first).to_be_visible()
    for gone in (page.locator(".top"), page.get_by_role("link", name="Close"), page.get_by_text("Look back")):
        expect(gone).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    made = page.pdf(prefer_css_page_size=True)
    assert made.startswith(b"%PDF-")
    assert 2 <= made.count(b"/Type /Page\n") <= 6


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_a_correction_and_a_closing_are_a_few_steps(
    open_page: Open, site: Site, faults: Faults, java_script_enabled: bool
) -> None:
    faults.allowed.add("status of 400")
    page = open_page("demo-practitioner", java_script_enabled=java_script_enabled)
    page.goto(at(_demonstration(site, "verhaal-vg01" if java_script_enabled else "verhaal-vg04")))
    page.get_by_role("link", name="Correct").first.press("Enter")
    page.get_by_role("button", name="Save the correction").press("Enter")
    if java_script_enabled:
        expect(page.locator("#errors")).to_be_focused()
    expect(page.get_by_role("link", name="Say in a few words why.")).to_be_visible()
    page.get_by_label("All of it").check()
    page.get_by_label("Why is it corrected?").fill("This was another family.")
    page.get_by_role("button", name="Save the correction").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("It is marked as entered in error.")
    expect(page.get_by_text("Why: This was another family.")).to_be_visible()
    page.get_by_role("link", name="Close").press("Enter")
    page.get_by_label("What do you need to go on without us?").fill("They know whom to call.")
    page.get_by_role("button", name="Close the case").press("Enter")
    expect(page.get_by_text("They know whom to call.")).to_be_visible()
    page.get_by_role("button", name="Reopen").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The case is open again.")


def _demonstration(site: Site, reference: str) -> str:
    actor = next(iter(site.demonstration.values()))
    with (
        transaction(site.database, write=False) as connection,
        OrganisationSession(connection, actor.organisation_id) as session,
    ):
        return str(session.exec(select(Case).where(col(Case.reference) == reference)).one().id)
