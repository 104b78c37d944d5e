"""Pages: prompts at their moments, and my reflections."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.api.test_reflections import about, seen, write
from tests.support import START, Caller, Visitor
from tests.web.test_case import ONE_DATABASE
from tests.web.test_case_changes import fields_of, to, went

Visit = Callable[[str], Visitor]
pytestmark = ONE_DATABASE
MINE = to("reflections", None)


def test_after_a_contact_and_from_the_other_side_once_a_month(anna: Caller, visitor: Visit) -> None:
    first = anna.record(held_at=START - timedelta(days=3))
    again = anna.record()
    customer = anna.record(answers="yyy", concern={"reference": "money"})
    pages = [visitor("anna").get(to("recorded", one["id"])).text for one in (first, again, customer)]
    assert ["text-closer" in page for page in pages] == [True] * 3
    assert ["text-perspective" in page for page in pages] == [True, False, False]
    assert first["thread_id"] in pages[0]


def test_stuck_threads_ask_why_and_so(callers: dict[str, Caller], visitor: Visit) -> None:
    for days in (30, 20, 10):
        one = callers["anna"].record(held_at=START - timedelta(days=days))
    fresh = callers["anna"].record(case={"reference": "fresh"})
    for name in ("anna", "sam"):
        assert "text-why-so-3-so" in visitor(name).get(to("case", one["case_id"])).text
    assert "text-why-so-3-so" not in visitor("anna").get(to("case", fresh["case_id"])).text
    callers["petra"].patch("/v1/clients/2026-0042", {"restricted": True}, headers={"If-Match": "*"})
    assert "text-why-so-3-so" not in visitor("anna").get(to("case", one["case_id"])).text


def test_after_closing_one_thinks_of_the_most_satisfied_client(anna: Caller, visitor: Visit) -> None:
    one = anna.record()
    page, path = visitor("anna"), to("case_close", one["case_id"])
    closed = went(page.post(path, fields_of(page.get(path)) | {"closing_answer": "Nothing more."}))
    shown = page.get(closed).text
    assert all(f"text-satisfied-{name}" in shown for name in ("1-need", "2-discovery", "4-next"))
    assert "text-go-on-without-us" not in shown, "that was the closing question"
    assert "text-satisfied-1-need" not in page.get(to("case", one["case_id"])).text


def test_write_share_stop_sharing_and_take_back(anna: Caller, visitor: Visit) -> None:
    one, page = anna.record(), visitor("anna")
    fields = {"text-perspective": "They must think we do not listen.", **about(one)}
    assert went(page.post(MINE, fields)) == f"{MINE}?done=saved"
    assert "only you see this" in page.get(MINE).text
    [written] = anna.get("/v1/reflections").json()["items"]
    share, delete = to("reflection_share", written["id"]), to("reflection_delete", written["id"])
    assert went(page.post(share, {"do": "share"})) == f"{MINE}?done=shared"
    assert "shared since" in page.get(MINE).text
    assert "They must think" in page.get(to("case", one["case_id"])).text
    refused = page.post(delete)
    assert refused.status_code == 400
    assert "Others can see this reflection" in refused.text
    went(page.post(share, {"do": "unshare"}))
    assert went(page.post(delete)) == f"{MINE}?done=deleted"
    assert seen(anna) == []


def test_what_is_about_no_case_is_shared_with_nobody_and_can_be_taken_back(
    anna: Caller, visitor: Visit
) -> None:
    made = [write(anna, prompt, "Well.").json()["id"] for prompt in ("tip-unique", "closer")]
    page = visitor("anna")
    assert page.post(to("reflection_share", made[0]), {"do": "share"}).status_code == 400
    for id_ in made:
        assert went(page.post(to("reflection_delete", id_))) == f"{MINE}?done=deleted"


@pytest.mark.parametrize(
    ("so", "hinted"), [("", True), ("Zo doen we dat altijd.", True), ("Ask what she tried.", False)]
)
def test_a_so_that_changes_nothing_gets_a_friendly_hint(
    anna: Caller, visitor: Visit, so: str, hinted: bool
) -> None:
    page = visitor("anna")
    after = went(page.post(MINE, {"text-why-so-1-why": "We call each week.", "text-why-so-3-so": so}))
    assert ("even something small" in page.get(after).text) is hinted
    assert len(seen(anna)) == (2 if so else 1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Write something at one of the questions"),
        ({"text-closer": " "}, "Write something at one of the questions"),
        ({"text-closer": "BSN 111222333"}, "citizen number"),
        ({"text-closer": "x" * 2001}, "At most 2000"),
    ],
)
def test_a_wrong_form_comes_back_filled_in(
    anna: Caller, visitor: Visit, fields: dict[str, Any], words: str
) -> None:
    one = anna.record()
    answer = visitor("anna").post(MINE, fields | about(one))
    assert answer.status_code == 400
    assert words in answer.text
    if fields.get("text-closer", "").strip():
        assert fields["text-closer"] in answer.text
        assert one["thread_id"] in answer.text
    assert seen(anna) == []


def test_who_signs_in_again_sees_what_they_wrote_before_it_is_saved(anna: Caller, visitor: Visit) -> None:
    one = anna.record()
    fields = {"text-closer": "A little.", "resume": "1", **about(one)}
    answer = visitor("anna").post(MINE, fields)
    assert answer.status_code == 200
    assert "A little." in answer.text
    assert one["thread_id"] in answer.text
    assert seen(anna) == []


def test_a_case_out_of_sight_is_not_written_about(anna: Caller, visitor: Visit) -> None:
    one = anna.record()
    answer = visitor("bas").post(MINE, {"text-closer": "A little.", **about(one)})
    assert answer.status_code == 404
    assert seen(anna, f"?case={one['case_id']}") == []


def test_a_cursor_that_is_none_is_the_first_page(anna: Caller, visitor: Visit) -> None:
    for number in range(52):
        write(anna, "tip-unique", f"Thought {number:02}.")
    page = visitor("anna").get(MINE).text
    assert page.count("<blockquote") == 50
    assert visitor("anna").get(MINE + "?cursor=nonsense").text.count("<blockquote") == 50
    older = page.partition('class="btn" href="')[2].partition('"')[0]
    assert visitor("anna").get(older.replace("&amp;", "&")).text.count("<blockquote") == 2
