"""Recording in a real browser: with a thumb, with a keyboard, without script, without a connection."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Faults, Site, barriers, violations
from tests.support import assessment

SAVE = {"nl": "Opslaan", "en": "Save"}
ADDRESS = {"nl": "/nl/dossiers/{}/vastleggen", "en": "/en/cases/{}/record"}
PHONE = {"width": 360, "height": 960}
ANSWERS = {
    "nl": {"problem": "Ja", "help_request": "Misschien", "share_in_solution": "Nee"},
    "en": {"problem": "Yes", "help_request": "Maybe", "share_in_solution": "No"},
}


def known_case(site: Site, page: Page, reference: str) -> str:
    """Make a case of three participants and one concern, as an intake tool would; return its id."""
    case = ""
    for who in ("moeder", "vader", "jongere"):
        body = assessment(
            case={"reference": reference},
            participant={"reference": who},
            concern={"reference": "gebaren"},
            answers="nnn",
        )
        headers = {"Authorization": f"Bearer {site.people.tokens['anna']}"}
        answer = page.request.post("/v1/assessments", data=body, headers=headers)
        assert answer.status == 201
        case = answer.json()["case_id"]
    return case


def choices(page: Page, language: str, who: str) -> list[Any]:
    """Return what is chosen, one after another, and the button at the end."""
    answers = (
        page.locator(f"#f-{question}").get_by_role("radio", name=answer, exact=True)
        for question, answer in ANSWERS[language].items()
    )
    return [page.get_by_role("radio", name=who), *answers, page.get_by_role("button", name=SAVE[language])]


def accessible(page: Page) -> None:
    """Check a page in light and dark, on a desk and on a phone, and that a narrow one does not scroll."""
    assert barriers(page) == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_assessment_takes_five_taps(open_page: Callable[..., Page], site: Site, language: str) -> None:
    page = open_page("anna", **PHONE, has_touch=True, is_mobile=True)
    case = known_case(site, page, f"taps-{language}")
    page.goto(ADDRESS[language].format(case))
    taps = choices(page, language, "vader")
    assert len(taps) == 5
    for tap in taps:
        box = tap.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= PHONE["height"]
        assert box["height"] >= 44
    for tap in taps:
        assert page.evaluate("scrollY") == 0
        tap.tap()
    page.wait_for_url("**/vastgelegd/*" if language == "nl" else "**/recorded/*")
    expect(page.get_by_role("status")).to_contain_text("Klager" if language == "nl" else "Complainant")
    page.get_by_role("link", name="jongere").tap()
    expect(page.get_by_role("radio", name="jongere")).to_be_checked()
    expect(page.get_by_role("radio", name="gebaren")).to_be_checked()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_everybody_can_use_the_form_and_what_comes_of_it(
    open_page: Callable[..., Page], site: Site, language: str
) -> None:
    page = open_page("anna")
    page.goto(ADDRESS[language].format(known_case(site, page, f"everybody-{language}")))
    page.get_by_role("radio", name="Iemand anders" if language == "nl" else "Somebody else").check()
    page.locator("summary").click()
    page.get_by_label("Jouw notitie" if language == "nl" else "Your note").fill(
        "niet gemotiveerd, unmotivated"
    )
    accessible(page)
    page.locator("#f-participant_reference").fill("oma")
    for choice in choices(page, language, "oma")[1:-1]:
        choice.check()
    page.get_by_role("button", name=SAVE[language]).click()
    page.wait_for_url("**/vastgelegd/*" if language == "nl" else "**/recorded/*")
    expect(
        page.get_by_text("Dit kan gewoner" if language == "nl" else "Could be said more plainly")
    ).to_be_visible()
    accessible(page)


def test_a_keyboard_is_enough(open_page: Callable[..., Page], site: Site) -> None:
    page = open_page("anna")
    page.goto(ADDRESS["en"].format(known_case(site, page, "keyboard")))
    page.get_by_role("link", name="Record", exact=True).focus()
    keys = page.keyboard
    while page.evaluate("document.activeElement.name") != "participant":
        keys.press("Tab")
    keys.press("Space")
    keys.press("ArrowRight")
    for moves in (0, 1, 2):
        if moves == 0:
            keys.press("Tab")  # past the concern, which is chosen already
        keys.press("Tab")
        keys.press("Space")
        for _ in range(moves):
            keys.press("ArrowRight")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_url("**/recorded/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("vader, about gebaren")
    expect(page.get_by_role("status")).to_contain_text("Complainant")


def test_it_works_without_script(open_page: Callable[..., Page], site: Site, faults: Faults) -> None:
    faults.allowed.add("400")
    page = open_page("anna", **PHONE, java_script_enabled=False)
    page.goto(ADDRESS["nl"].format(known_case(site, page, "no-script")))
    expect(page.locator("#f-participant_reference")).to_be_hidden()
    page.get_by_role("radio", name="Iemand anders").check()
    page.locator("#f-participant_reference").fill("oma")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.locator("#errors")).to_contain_text("Kies een antwoord: probleem.")
    expect(page.locator("#f-participant_reference")).to_have_value("oma")
    for choice in choices(page, "nl", "oma")[1:]:
        choice.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("oma, over gebaren")
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(page.get_by_role("status")).to_contain_text("telt niet meer mee")


def test_a_wrong_form_keeps_its_words_and_takes_the_focus(
    open_page: Callable[..., Page], site: Site, faults: Faults
) -> None:
    faults.allowed.add("400")
    page = open_page("anna", **PHONE)
    page.goto(ADDRESS["nl"].format(known_case(site, page, "wrong")))
    page.locator("summary").click()
    page.get_by_label("Jouw notitie").fill("Op school gesproken.")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page).to_have_title("Fout: Vastleggen – Werkrelatie")
    expect(page.get_by_label("Jouw notitie")).to_have_value("Op school gesproken.")
    assert violations(page) == []
    for choice in choices(page, "nl", "moeder"):
        choice.click()
    page.wait_for_url("**/vastgelegd/*")
    expect(page.get_by_text("Op school gesproken.")).to_be_visible()


def test_without_a_connection_nothing_is_lost(
    open_page: Callable[..., Page], site: Site, faults: Faults
) -> None:
    faults.allowed.add("ERR_INTERNET_DISCONNECTED")
    page = open_page("anna", **PHONE)
    page.goto(ADDRESS["nl"].format(known_case(site, page, "offline")))
    chosen = choices(page, "nl", "vader")
    for choice in chosen[:-1]:
        choice.check()
    page.locator("summary").click()
    page.get_by_label("Jouw notitie").fill("Op school gesproken.")
    page.context.set_offline(True)
    chosen[-1].click()
    expect(page.get_by_role("alert")).to_have_text(
        "Geen internetverbinding. Er is niets kwijt: probeer het opnieuw."
    )
    for choice in chosen[:-1]:
        expect(choice).to_be_checked()
    expect(page.get_by_label("Jouw notitie")).to_have_value("Op school gesproken.")
    page.context.set_offline(False)
    chosen[-1].dblclick()
    page.wait_for_url("**/vastgelegd/*")
    headers = {"Authorization": f"Bearer {site.people.tokens['anna']}"}
    items = page.request.get("/v1/assessments?limit=100", headers=headers).json()["items"]
    assert len([item for item in items if item["case"]["reference"] == "offline"]) == 4


def test_a_refusal_is_told_beside_what_was_typed(
    open_page: Callable[..., Page], site: Site, faults: Faults
) -> None:
    faults.allowed.add("403")
    page = open_page("anna", **PHONE)
    page.goto(ADDRESS["nl"].format(known_case(site, page, "refused")))
    chosen = choices(page, "nl", "vader")
    for choice in chosen[:-1]:
        choice.check()
    page.context.clear_cookies()
    chosen[-1].click()
    expect(page.get_by_role("alert")).to_contain_text("Dit formulier is verlopen")
    for choice in chosen[:-1]:
        expect(choice).to_be_checked()
