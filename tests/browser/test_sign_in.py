"""Coming in by an invitation, going out, and signing in again, as a person would."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
import pytest
from playwright.sync_api import Page, expect

from app.database import OrganisationSession, transaction
from app.domain.roles import Role
from app.models.logins import LinkKind
from app.models.organisations import UserKind
from app.services.accounts import create_account, set_factor, set_password
from app.services.links import make_link
from app.services.logins import confirm_session, sessions_of
from app.services.organisations import Account, add_user
from app.services.passwords import strong_passwords
from tests.accounts import SECRET
from tests.browser.conftest import Faults, Site, barriers

PASSWORD = "vier losse woorden hier 7"
WORDS = {
    "nl": {
        "choose": "Kies een wachtwoord",
        "new": "Nieuw wachtwoord",
        "again": "Hetzelfde wachtwoord nog een keer",
        "keep": "Dit wachtwoord bewaren",
        "set_up": "Instellen",
        "kept": "Ik heb ze bewaard",
        "out": "Uitloggen",
        "mail": "E-mailadres",
        "password": "Wachtwoord",
        "in": "Inloggen",
        "on": "Verder",
        "account": "Mijn account",
    },
    "en": {
        "choose": "Choose a password",
        "new": "New password",
        "again": "The same password once more",
        "keep": "Keep this password",
        "set_up": "Set up",
        "kept": "I have kept them",
        "out": "Sign out",
        "mail": "E-mail address",
        "password": "Password",
        "in": "Sign in",
        "on": "Go on",
        "account": "My account",
    },
}


def invite(site: Site, name: str) -> tuple[str, str, UUID]:
    """Make a new colleague with an account, and return their login, their link and their id."""
    now, login = datetime.now(UTC), f"{name}@example.org"
    organisation_id = site.people.organisation.id
    with (
        transaction(site.database, write=True) as connection,
        OrganisationSession(connection, organisation_id) as session,
    ):
        person = Account(f"Robin {name}", UserKind.PERSON, Role.PRACTITIONER, site.people.teams["north"])
        user = add_user(session, organisation_id, person, now)
        create_account(session, user.id, login, now)
        return login, make_link(session, user.id, LinkKind.INVITATION, now, None), user.id


def looked_at(page: Page) -> None:
    """Look at a page in both widths and both displays, as everybody has to be able to use it."""
    assert barriers(page) == []
    page.set_viewport_size({"width": 1100, "height": 900})


def code_of(page: Page) -> tuple[str, str]:
    """Read the secret that is there to be typed over, and return it with its code of now."""
    secret = page.locator("strong.code").inner_text().replace(" ", "")
    return secret, pyotp.TOTP(secret).now()


@pytest.mark.parametrize(("language", "script"), [("nl", True), ("en", True), ("nl", False)])
def test_from_an_invitation_to_signing_in_with_a_second_step(
    site: Site, open_page: Callable[..., Page], faults: Faults, language: str, script: bool
) -> None:
    words, look = WORDS[language], looked_at if script else lambda _: None
    login, token, _ = invite(site, f"robin-{language}-{script}".lower())
    page = open_page(java_script_enabled=script)
    page.goto(f"/{language}/" + ("welkom" if language == "nl" else "welcome") + f"/{token}")
    look(page)
    page.get_by_role("button", name=words["choose"]).click()
    look(page)
    page.get_by_label(words["new"]).fill(PASSWORD)
    page.get_by_label(words["again"]).fill(PASSWORD)
    page.get_by_role("button", name=words["keep"]).click()
    look(page)
    expect(page.locator(".qr svg")).to_be_visible()
    _, code = code_of(page)
    page.get_by_label("Code", exact=True).fill(code)
    page.locator("main").get_by_role("button", name=words["set_up"]).click()
    look(page)
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    assert len({*codes}) == 10
    page.get_by_role("link", name=words["kept"]).click()
    page.locator("header").get_by_role("link", name="Robin").click()
    assert page.get_by_role("heading", level=1).inner_text() == words["account"]
    look(page)
    page.get_by_role("button", name=words["out"]).click()
    page.wait_for_url(f"**/{language}/")

    page.locator("header").get_by_role("link", name=words["in"]).click()
    look(page)
    page.get_by_label(words["mail"]).fill(login)
    page.get_by_label(words["password"]).fill(PASSWORD)
    page.locator("main").get_by_role("button", name=words["in"]).click()
    look(page)
    page.get_by_label("Code", exact=True).fill(codes[0])
    page.locator("main").get_by_role("button", name=words["on"]).click()
    page.locator("main").get_by_role("link", name=words["on"]).click()
    expect(page.locator("header").get_by_role("button", name=words["out"])).to_be_visible()
    assert re.fullmatch(rf".*/{language}/", page.url)
    assert faults.real == []


def test_confirming_that_it_is_you(site: Site, open_page: Callable[..., Page], faults: Faults) -> None:
    login, user_id = "kim@example.org", invite(site, "kim")[2]
    hashed = strong_passwords().hash(PASSWORD)
    with (
        transaction(site.database, write=True) as connection,
        OrganisationSession(connection, site.people.organisation.id) as session,
    ):
        set_password(session, user_id, hashed)
        set_factor(session, user_id, SECRET, 0)
    faults.allowed.add("403")
    page = open_page()
    page.goto("/nl/inloggen")
    page.get_by_label("E-mailadres").fill(login)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_label("Wachtwoord").press("Enter")
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(SECRET).now())
    page.get_by_label("Code", exact=True).press("Enter")
    page.wait_for_url("**/nl/")
    with (
        transaction(site.database, write=True) as connection,
        OrganisationSession(connection, site.people.organisation.id) as session,
    ):
        now = datetime.now(UTC)
        for one in sessions_of(session, user_id, now):
            confirm_session(session, one.id, now - timedelta(minutes=11))
    page.goto("/nl/mijn-account/herstelcodes")
    looked_at(page)
    page.get_by_role("button", name="Tien nieuwe codes maken").click()
    looked_at(page)
    page.get_by_label("Je wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Bevestigen").click()
    looked_at(page)
    page.get_by_role("button", name="Terug naar mijn formulier").click()
    page.get_by_role("button", name="Tien nieuwe codes maken").click()
    expect(page.locator(".codes code")).to_have_count(10)
