"""A second opinion in a real browser: asked by one, judged blind by another, and both views side by side."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.domain.texts import Language
from app.web.places import address
from tests.browser.conftest import Faults, Site, barriers, overflow
from tests.browser.test_case import at, recorded

Open = Callable[..., Page]

WORDS = {
    "nl": {
        "ask": "Vraag over: moeder",
        "send": "Vragen",
        "asked": "en nog niet gegeven",
        "waits": "Naar je tweede inschattingen",
        "judge": "Schat in",
        "save": "Opslaan en allebei bekijken",
        "differ": "Ze verschillen op:",
        "missing": "Kies een antwoord:",
        "second": "De tweede inschatting: sam",
    },
    "en": {
        "ask": "Ask about: moeder",
        "send": "Ask",
        "asked": "and not given yet",
        "waits": "To your second opinions",
        "judge": "Judge it",
        "save": "Save, and see both views",
        "differ": "They differ on:",
        "missing": "Choose an answer:",
        "second": "The second opinion: sam",
    },
}


@pytest.mark.parametrize(("language", "java_script_enabled"), [("nl", True), ("en", False)])
def test_one_asks_another_judges_and_both_see(
    open_page: Open, site: Site, faults: Faults, language: str, java_script_enabled: bool
) -> None:
    faults.allowed.add("status of 400")
    words = WORDS[language]
    case_id = recorded(
        site,
        f"tweede-{language}",
        {"day": 60, "answers": "yyy", "note": "Ze oefent thuis.", "own_words": {"problem": "Hij slaat."}},
    )
    looks = is_for_everybody if java_script_enabled else lambda _: None
    anna = open_page("anna", width=360, java_script_enabled=java_script_enabled)
    anna.goto(at(case_id, language))
    anna.get_by_role("link", name=words["ask"]).press("Enter")
    expect(anna.get_by_role("heading", level=1)).to_be_visible()
    looks(anna)
    anna.get_by_role("button", name=words["send"], exact=True).press("Enter")
    expect(anna.get_by_role("status")).to_contain_text(words["asked"])
    looks(anna)

    sam = open_page("sam", java_script_enabled=java_script_enabled)
    sam.goto(address("caseload", Language(language)))
    expect(sam.get_by_text(f"tweede-{language}")).to_have_count(0)
    sam.get_by_role("link", name=words["waits"]).press("Enter")
    expect(sam.get_by_role("link", name=words["judge"]).first).to_be_visible()
    looks(sam)
    sam.get_by_role("link", name=words["judge"]).first.press("Enter")
    expect(sam.get_by_text("Hij slaat.")).to_be_visible()
    expect(sam.get_by_text("Ze oefent thuis.")).to_have_count(0)
    sam.get_by_role("button", name=words["save"]).press("Enter")
    expect(sam.get_by_role("link", name=words["missing"])).to_have_count(3)
    looks(sam)
    for question, answer in (("problem", "yes"), ("help_request", "no"), ("share_in_solution", "no")):
        sam.locator(f"#f-{question} input[value={answer}]").check(force=True)
    sam.get_by_label("According to you it is" if language == "en" else "Volgens jou is het").select_option(
        "visitor"
    )
    sam.get_by_role("button", name=words["save"]).press("Enter")

    expect(sam.get_by_text(words["differ"])).to_be_visible()
    anna.reload()
    for somebody in (sam, anna):
        expect(somebody.get_by_text(words["differ"])).to_be_visible()
        expect(somebody.get_by_text("Ze oefent thuis.")).to_be_visible()
        expect(somebody.get_by_text("≠")).to_have_count(6)
    looks(sam)
    sam.set_viewport_size({"width": 1100, "height": 900})
    sides = [sam.locator(f"#side-{number}").bounding_box() for number in (1, 2)]
    below = [anna.locator(f"#side-{number}").bounding_box() for number in (1, 2)]
    assert all((*sides, *below))
    (left, right), (over, under) = sides, below
    assert left is not None
    assert right is not None
    assert over is not None
    assert under is not None
    assert left["x"] < right["x"], "side by side"
    assert over["y"] < under["y"], "below each other on a phone"


def is_for_everybody(page: Page) -> None:
    """Look at the loaded page in light and dark, wide and narrow, and on the smallest screen."""
    assert barriers(page) == []


def test_long_words_stay_on_a_small_screen(open_page: Open, site: Site) -> None:
    names = {"participant": {"reference": "m" * 64}, "concern": {"reference": "c", "wording": "w" * 200}}
    words = {"note": "n" * 500, "own_words": {"problem": "p" * 500}, "judged_type": "visitor"}
    case_id = recorded(site, "r" * 63 + "o", {"day": 60, **names, **words, "judged_reason": "j" * 500})
    anna, sam = open_page("anna", width=320), open_page("sam", width=320)
    anna.goto(at(case_id))
    anna.get_by_role("link", name="Ask about").press("Enter")
    assert overflow(anna) == []
    anna.get_by_role("button", name="Ask", exact=True).press("Enter")
    expect(anna.get_by_role("status")).to_be_visible()
    assert overflow(anna) == []
    sam.goto(address("second_opinions", Language.EN))
    assert overflow(sam) == []
    sam.get_by_role("link", name="Judge it").first.press("Enter")
    expect(sam.get_by_role("button", name="Save, and see both views")).to_be_visible()
    assert overflow(sam) == []
    for question in ("problem", "help_request", "share_in_solution"):
        sam.locator(f"#f-{question} input[value=no]").check(force=True)
    sam.get_by_label("Your note").fill("k" * 500)
    sam.get_by_role("button", name="Save, and see both views").press("Enter")
    expect(sam.get_by_role("heading", name="The second opinion: sam")).to_be_visible()
    assert overflow(sam) == []
