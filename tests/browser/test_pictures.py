"""The pictures of the README and the documents: `make pictures` takes them, of the demonstration."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.domain.roles import Role
from app.domain.texts import Language
from app.web.places import address
from tests.browser.conftest import Site
from tests.browser.raters import RATINGS, STORIES, begin, rate

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"

pytestmark = pytest.mark.pictures


def take(page: Page, name: str, *, whole: bool = False) -> None:
    """Write what is to be seen, or the whole page."""
    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)


@pytest.mark.parametrize("language", Language)
def test_take_pictures(open_page: Callable[..., Page], site: Site, language: Language) -> None:
    page = open_page(width=1100, height=1000)
    page.goto(
        address("practice_answers", language, answers="ja-ja-nee" if language == "nl" else "yes-yes-no")
    )
    take(page, f"practice-{language}")
    page.goto(address("combinations", language))
    take(page, f"combinations-{language}")

    page = open_page("demo-practitioner", width=1100, height=1000)
    page.goto(address("caseload", language))
    take(page, f"cases-{language}")
    page.goto(site.busiest_case(Role.PRACTITIONER, language))
    take(page, f"case-{language}", whole=True)
    page.emulate_media(color_scheme="dark")
    take(page, f"case-dark-{language}")

    page = open_page("demo-supervisor", width=1100, height=1000)
    page.goto(address("attention", language))
    take(page, f"attention-{language}")
    page.goto(address("reports", language))
    take(page, f"reports-{language}")

    phone = open_page("demo-practitioner", width=360, height=780, device_scale_factor=2)
    phone.goto(site.busiest_case(Role.PRACTITIONER, language))
    take(phone, f"case-phone-{language}")
    phone.get_by_role("link", name="Vastleggen" if language == "nl" else "Record").last.click()
    take(phone, f"record-phone-{language}")


@pytest.mark.parametrize("language", Language)
def test_take_pictures_of_a_training(open_page: Callable[..., Page], site: Site, language: Language) -> None:
    trainer = open_page("demo-trainer", width=1100, height=1000)
    code = begin(trainer, language, *STORIES)
    phone = open_page(width=360, height=780, device_scale_factor=2)
    phone.goto(address("join", language, code=code))
    phone.locator("#f-nickname").fill("Otter")
    phone.locator("main form button").click()
    for question, given in (("problem", "no"), ("help_request", "no"), ("share_in_solution", "maybe")):
        phone.locator(f"input[name={question}][value={given}]").check()
    phone.locator("input[name=problem]").first.scroll_into_view_if_needed()
    take(phone, f"training-phone-{language}")
    for nickname, ratings in zip(("Fox", "Heron", "Beaver"), RATINGS, strict=True):
        rate(site, code, nickname, ratings)
    trainer.goto(address("screen", language, code=code))
    take(trainer, f"training-screen-{language}")
    trainer.goto(address("training", language, code=code))
    trainer.locator("[name=state][value=results_shown] + button").click()
    trainer.locator(".group").first.scroll_into_view_if_needed()
    trainer.evaluate("scrollTo(0, document.querySelector('.group').offsetTop - 20)")
    take(trainer, f"training-results-{language}")
