"""The caseload in a real browser: on a phone, with a keyboard, without script, on paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Faults, barriers


def _chip(page: Page, name: str) -> Locator:
    """Return the link that takes a filter off."""
    filters = page.get_by_role("list", name="Filters in force").or_(
        page.get_by_role("list", name="Gekozen filters")
    )
    return filters.get_by_role("link", name=name)


@pytest.mark.parametrize(
    ("name", "path"), [("demo-supervisor", "/nl/dossiers?status=all"), ("demo-practitioner", "/en/cases")]
)
def test_the_caseload_can_be_read_by_everybody(open_page: Callable[..., Page], name: str, path: str) -> None:
    page = open_page(name)
    page.goto(path)
    assert page.get_by_role("table").get_by_role("rowheader").count() >= 10
    assert barriers(page) == []
    # On a phone it looks like cards, and is still a table.
    table = page.get_by_role("table")
    assert table.get_by_role("columnheader").count() in {6, 7}
    assert table.get_by_role("cell").count() > table.get_by_role("row").count()
    page.emulate_media(media="print")
    expect(page.get_by_role("button")).to_have_count(0)
    expect(table).to_be_visible()


def test_a_supervisor_narrows_the_list_and_takes_a_filter_off(open_page: Callable[..., Page]) -> None:
    page = open_page("demo-supervisor")
    page.goto("/en/cases")
    before = page.get_by_role("rowheader").count()
    page.get_by_label("Type now").select_option("customer")
    expect(_chip(page, "Type now: Customer")).to_be_visible()
    assert "type=customer" in page.url
    page.wait_for_load_state()
    assert 0 < page.get_by_role("rowheader").count() < before
    page.get_by_role("link", name="Nederlands").click()
    _chip(page, "Type nu: Klant").click()
    expect(page.get_by_role("rowheader")).to_have_count(before)
    with page.expect_download() as download:
        page.get_by_role("link", name="Meenemen als bestand (CSV)").click()
    assert download.value.suggested_filename.startswith("caseload-")


def test_it_works_with_the_keyboard_and_without_script(
    open_page: Callable[..., Page], faults: Faults
) -> None:
    page = open_page("demo-practitioner", width=360, java_script_enabled=False)
    page.goto("/nl/dossiers")
    summary = page.get_by_text("Kies welke dossiers")
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Dagen zonder inschatting").focus()
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    faults.allowed.add("400")
    expect(page.get_by_role("link", name="Stuur een heel getal.")).to_be_visible()
    field = page.get_by_label("Dagen zonder inschatting")
    assert field.get_attribute("aria-invalid") == "true"
    field.fill("60")
    page.keyboard.press("Enter")
    expect(_chip(page, "Minstens 60 dagen zonder inschatting")).to_be_visible()
    _chip(page, "Open dossiers").focus()
    page.keyboard.press("Enter")
    expect(_chip(page, "Open dossiers")).to_have_count(0)
    assert "status=all" in page.url
