"""What was recorded, what it comes to, and taking it back while that is possible."""

from typing import Any

import pytest

from tests.support import Caller, Clock
from tests.web.recording import Visit, count, fields_of, form_of, in_case, newest


@pytest.fixture
def first(anna: Caller) -> Any:
    """The first assessment of a case: mother, about signing."""
    return anna.record(answers="nnn")


def page_of(one: Any, language: str = "en") -> str:
    return f"/en/recorded/{one['id']}" if language == "en" else f"/nl/vastgelegd/{one['id']}"


def undo_of(one: Any) -> str:
    return f"/en/assessments/{one['id']}/undo"


# ---------------------------------------------------------------- what it says


def test_it_says_what_the_answers_come_to(visitor: Visit, anna: Caller) -> None:
    one = anna.record(answers="yyn")
    for language in ("en", "nl"):
        said = anna.get(f"/v1/assessments/{one['id']}", headers={"Accept-Language": language}).json()
        page = visitor("anna").get(page_of(one, language)).text
        assert {"en": "Complainant", "nl": "Klager"}[language] in page
        for text in (
            said["classification"]["why"],
            said["classification"]["advice"],
            said["classification"]["approach"]["goal"],
            said["classification"]["approach"]["closing"],
        ):
            assert text.replace("'", "&#39;") in page
    assert f'href="/nl/inschattingen/{one["id"]}/gebruikt"' in page
    assert "Wat er veranderde" not in page


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("nnn", "yyn", "A step towards a customer relationship."),
        ("yyy", "nnn", "A step back, away from a customer relationship."),
        ("yyy", "yyy", "The same type as last time."),
        ("nnn", "uuu", "One of the two has no type yet"),
    ],
)
def test_it_says_what_changed(visitor: Visit, anna: Caller, before: str, after: str, words: str) -> None:
    old = anna.record(answers=before)
    one = anna.record(answers=after)
    page = visitor("anna").get(page_of(one)).text
    assert "What changed" in page
    assert words in page
    assert ("The three answers are the same as last time." in page) == (before == after)
    changed = [name for name, answer in one["answers"].items() if old["answers"][name] != answer]
    assert page.count("<li>Problem: ") == ("problem" in changed)
    for entry in one["transition"]["entries"]:
        assert entry["text"].replace("'", "&#39;") in page


def test_a_look_from_another_side_is_no_movement(visitor: Visit, anna: Caller, first: Any) -> None:
    one = anna.record(answers="yyy", perspective="client")
    assert one["transition"]["other_assessor"]
    assert "That says nothing about movement." in visitor("anna").get(page_of(one)).text
    assert first["id"] != one["id"]


def test_without_a_type_it_says_the_clarity(visitor: Visit, anna: Caller) -> None:
    one = anna.record(answers="uuu")
    assert one["relationship_type"] is None
    assert "Incomplete" in visitor("anna").get(page_of(one)).text


# ---------------------------------------------------------------- the next one


def test_the_next_participant_is_in_the_same_conversation(
    visitor: Visit, anna: Caller, first: Any, clock: Clock
) -> None:
    for who in ("father", "youth"):
        anna.record(participant={"reference": who})
    clock.forward(days=7, seconds=12)
    browser = visitor("anna")
    to = browser.post(form_of(first), in_case(first)).headers["location"]
    said: list[Any] = [newest(anna)]
    for who in ("father", "youth"):
        page = browser.get(to).text
        assert f">Next: {who}</a>" in page
        link = page.partition('class="btn primary" href="')[2].partition('"')[0].replace("&amp;", "&")
        clock.forward(minutes=2)
        form = fields_of(browser.get(link))
        to = browser.post(form_of(first), {**form, "problem": "no", "help_request": "no"}).headers.get(
            "location"
        )
        assert to is None  # the third answer was not given
        form |= {"problem": "no", "help_request": "no", "share_in_solution": "no"}
        to = browser.post(form_of(first), form).headers["location"]
        said.append(newest(anna))
        assert said[-1]["participant"]["reference"] == who
    assert len({one["conversation"]["id"] for one in said}) == 1
    assert {one["concern"]["reference"] for one in said} == {"signing"}
    last = browser.get(to).text
    assert "Next: " not in last
    assert "Record another" in last
    # What is typed goes before the conversation that is gone on with.
    other = {**form, "held_on": "2026-11-26", "held_time": "09:00", "form": "another-key"}
    browser.post(form_of(first), other)
    assert newest(anna)["conversation"]["held_at"] == "2026-11-26T08:00:00Z"


def test_who_was_undone_is_next_again(visitor: Visit, anna: Caller, first: Any) -> None:
    father = anna.record(participant={"reference": "father"})
    browser = visitor("anna")
    assert "Next: " not in browser.get(page_of(first)).text
    browser.post(undo_of(father))
    assert "Next: father" in browser.get(page_of(first)).text


# ---------------------------------------------------------------- undo


def test_a_slip_is_undone_and_stays_visible(visitor: Visit, anna: Caller, first: Any, clock: Clock) -> None:
    clock.forward(minutes=10)
    browser = visitor("anna")
    page = browser.get(page_of(first))
    assert f'action="{undo_of(first)}"' in page.text
    answers = [browser.post(undo_of(first), fields_of(page)) for _ in range(2)]
    undone = newest(anna)
    assert [answer.headers["location"] for answer in answers] == [page_of(undone)] * 2
    assert (undone["retracted"], undone["supersedes"], count(anna)) == (True, first["id"], 2)
    assert undone["reason"] == "Undone right after it was recorded."
    assert anna.get(f"/v1/threads/{first['thread_id']}").json()["current"] is None
    shown = browser.get(page_of(undone)).text
    assert "stays visible in the case, and counts no more" in shown
    assert "/undo" not in shown
    old = browser.get(page_of(first)).text
    assert f'href="{page_of(undone)}"' in old
    assert "/undo" not in old


def test_after_ten_minutes_it_is_corrected_instead(
    visitor: Visit, anna: Caller, first: Any, clock: Clock
) -> None:
    clock.forward(minutes=10, seconds=1)
    browser = visitor("anna")
    page = browser.get(page_of(first)).text
    assert "/undo" not in page
    assert f'href="/en/assessments/{first["id"]}/correct"' in page
    late = browser.post(undo_of(first), {"form": "a-key-for-later"})
    assert late.status_code == 409
    assert "Undoing is possible for ten minutes, by who recorded it. Correct it instead." in late.text
    assert f'href="/en/assessments/{first["id"]}/correct"' in late.text
    assert count(anna) == 1


def test_what_was_corrected_is_not_undone(visitor: Visit, anna: Caller, first: Any) -> None:
    body = {"answers": {"problem": "yes"}, "reason": "Misheard."}
    path = f"/v1/assessments/{first['id']}/corrections"
    corrected = anna.post(path, body, headers={"If-Match": "*"}).json()
    for one, what in ((first, "corrected before"), (corrected, "Undoing is possible for ten minutes")):
        assert "/undo" not in visitor("anna").get(page_of(one)).text
        answer = visitor("anna").post(undo_of(one))
        assert answer.status_code == 409
        assert what in answer.text
    assert count(anna) == 2


def test_only_who_recorded_it_undoes_it(visitor: Visit, callers: dict[str, Caller], first: Any) -> None:
    bas = callers["bas"].get("/v1/users").json()["items"]
    taker = next(one["id"] for one in bas if one["name"] == "bas")
    case = f"/v1/cases/{first['case_id']}"
    callers["anna"].patch(case, {"practitioner_id": taker}, headers={"If-Match": "*"})
    assert visitor("anna").get(page_of(first)).status_code == 404
    assert visitor("anna").post(undo_of(first)).status_code == 404
    assert "/undo" not in visitor("bas").get(page_of(first)).text
    assert visitor("bas").post(undo_of(first)).status_code == 409
    assert visitor("chris").post(undo_of(first)).status_code == 404
    assert count(callers["bas"]) == 1


def test_a_restricted_case_stays_as_it_is(visitor: Visit, callers: dict[str, Caller], first: Any) -> None:
    callers["petra"].patch("/v1/clients/2026-0042", {"restricted": True}, headers={"If-Match": "*"})
    answer = visitor("anna").post(undo_of(first))
    assert answer.status_code == 409
    assert "The client asked for restriction." in answer.text
    assert count(callers["anna"]) == 1


def test_the_access_log_names_what_was_read_and_undone(
    visitor: Visit, callers: dict[str, Caller], first: Any
) -> None:
    visitor("anna").get(page_of(first))
    visitor("anna").post(undo_of(first))
    undone = newest(callers["anna"])
    lines = callers["petra"].get("/v1/access-events?limit=100").json()["items"]
    said = {(line["event"], line["entity_kind"], line["entity_id"]) for line in lines}
    assert ("assessment:read", "assessment", first["id"]) in said
    assert ("assessment:correct", "assessment", undone["id"]) in said


def test_a_supervisor_reads_and_changes_nothing(visitor: Visit, first: Any) -> None:
    page = visitor("sam").get(page_of(first))
    assert page.status_code == 200
    for way in ("/undo", "/correct", "/record?"):
        assert way not in page.text
    assert visitor("sam").post(undo_of(first)).status_code == 403
    assert visitor("sofie").get(page_of(first)).status_code == 404
    assert visitor("tess").get(page_of(first)).status_code == 403
    assert visitor("nobody").get(page_of(first)).status_code == 303
    missing = {"id": "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"}
    assert visitor("anna").get(page_of(missing)).status_code == 404
    assert visitor("anna").post(undo_of(missing)).status_code == 404
