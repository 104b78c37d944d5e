"""Looking after accounts, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.domain.roles import Role
from tests.accounts import make_account
from tests.browser.conftest import Faults, Site, barriers
from tests.web.administering import LINK, add_colleague

WORDS = {
    "nl": ("beheer", "Uitnodigen", "sleutels", "uitnodigen"),
    "en": ("administration", "Invite", "tokens", "invite"),
}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_pages_can_be_used_by_everybody(
    open_page: Callable[..., Page], site: Site, faults: Faults, language: str
) -> None:
    faults.allowed.add("status of 409")
    folder, invite, tokens, form = WORDS[language]
    name = f"waits-{language}"
    colleague = add_colleague(site.database, site.people, name, Role.TRAINER)
    make_account(site.database, site.people, name)
    page = open_page("aad")
    for path in ("", "/teams", f"/{tokens}", f"/accounts/{colleague.user_id}"):
        page.goto(f"/{language}/{folder}{path}")
        assert barriers(page) == []
    page.goto(f"/{language}/{folder}/{form}")
    page.locator("#f-name").fill("anna")
    page.locator("#f-login").fill(f"someone-{language}@example.org")
    page.locator("#f-role").select_option("trainer")
    page.get_by_role("button", name=invite).click()
    assert page.locator("#errors").evaluate("node => node === document.activeElement")
    assert barriers(page) == []
    page.locator("#f-name").fill(f"Mien {language}")
    page.get_by_role("button", name=invite).click()
    assert LINK.search(page.locator(".secret").inner_text())
    assert barriers(page) == []
    page.reload()
    expect(page.locator("h1")).to_have_text(f"Mien {language}")
    assert LINK.search(page.content()) is None


def test_a_new_second_step_without_script(open_page: Callable[..., Page], site: Site) -> None:
    lost = add_colleague(site.database, site.people, "lost", Role.TRAINER)
    make_account(site.database, site.people, "lost")
    admin = open_page("aad", java_script_enabled=False)
    admin.goto("/en/administration?state=active")
    admin.get_by_role("link", name="lost", exact=True).click()
    admin.get_by_role("button", name="Ask for a new second step").click()
    officer = open_page("petra", width=360, java_script_enabled=False)
    officer.goto("/en/administration")
    officer.get_by_role("link", name="Look and decide").click()
    assert officer.url.endswith(f"/administration/accounts/{lost.user_id}#reset")
    officer.get_by_role("button", name="Allow a new second step").click()
    assert officer.get_by_role("status").inner_text().startswith("Allowed")
    admin.reload()
    admin.get_by_role("button", name="Make a link for a new password").click()
    assert LINK.search(admin.locator(".secret").inner_text())
