"""Pages: what was used of an approach, and the own approach of an organisation."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.domain.advice import NOTICE
from tests.log_rows import lines
from tests.promises.world import OWN_ENTRY
from tests.support import START, Caller, Clock, Visitor
from tests.web.test_case import ONE_DATABASE, told
from tests.web.test_case_changes import fields_of, to, went

Visit = Callable[[str], Visitor]
pytestmark = ONE_DATABASE


def uses(caller: Caller, id_: str) -> list[tuple[str, str, str | None]]:
    items = caller.get(f"/v1/assessments/{id_}/advice-uses").json()["items"]
    return [(one["entry_id"], one["use"], one["reason"]) for one in items if one["counts"]]


# ---------------------------------------------------------------- what was used


def test_say_what_was_used_and_see_it_in_the_case(anna: Caller, visitor: Visit) -> None:
    first = anna.record(held_at=START - timedelta(days=9))
    anna.record(answers="yyy")
    page, path = visitor("anna"), to("advice_used", first["id"])
    form = fields_of(page.get(path))
    assert {value for name, value in form.items() if name.startswith("use-")} == {""}
    said = {
        "use-com-st-02": "accepted",
        "use-com-qu-08": "adapted",
        "reason-com-qu-08": "With a drawn ladder.",
        "use-com-ta-01": "declined",
        "reason-com-ta-01": "Too much this week.",
    }
    answer = page.post(path, form | said)
    assert went(answer) == to("case", first["case_id"]) + "?done=advice"
    assert uses(anna, first["id"]) == [
        ("com-st-02", "accepted", None),
        ("com-qu-08", "adapted", "With a drawn ladder."),
        ("com-ta-01", "declined", "Too much this week."),
    ]
    case = page.get(went(answer)).text
    for words in ("What was tried", "With a drawn ladder.", "Not used", "What came after", "a step forward"):
        assert words in case, words
    # What stands there already is not said again.
    again = fields_of(page.get(path))
    assert again["reason-com-qu-08"] == "With a drawn ladder."
    assert page.post(path, again).status_code == 400
    went(page.post(path, fields_of(page.get(path)) | {"use-com-st-02": "adapted"}))
    assert ("com-st-02", "adapted", None) in uses(anna, first["id"])


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({}, "", "Say of at least one suggestion"),
        ({"use-com-ta-01": "declined"}, "reason-com-ta-01", "Say why you do not use this"),
        ({"use-com-ta-01": "perhaps"}, "use-com-ta-01", "Choose one of"),
        ({"use-com-ta-01": "adapted", "reason-com-ta-01": "x" * 2001}, "reason-com-ta-01", "At most 2,000"),
    ],
)
def test_a_wrong_form_comes_back_filled_in(
    anna: Caller, visitor: Visit, said: dict[str, str], field: str, words: str
) -> None:
    one = anna.record()
    page, path = visitor("anna"), to("advice_used", one["id"])
    kept = {"use-com-st-01": "declined", "reason-com-st-01": "She knew."} if said else {}
    answer = page.post(path, fields_of(page.get(path)) | kept | said)
    assert answer.status_code == 400
    assert words.replace("2,000", "2000") in answer.text
    if field:
        assert f'href="#f-{field}"' in answer.text
        assert "She knew." in answer.text
    assert uses(anna, one["id"]) == []


def test_who_signs_in_again_sees_the_form_before_anything_is_saved(anna: Caller, visitor: Visit) -> None:
    one = anna.record()
    page, path = visitor("anna"), to("advice_used", one["id"])
    resumed = page.post(path, fields_of(page.get(path)) | {"use-com-st-01": "accepted", "resume": "1"})
    assert resumed.status_code == 200
    assert 'name="use-com-st-01" value="accepted" checked' in resumed.text
    assert uses(anna, one["id"]) == []


def test_a_supervisor_looks_along(callers: dict[str, Caller], visitor: Visit) -> None:
    one = callers["anna"].record()
    body = {"entry_id": "com-st-01", "use": "declined", "reason": "He knew."}
    callers["anna"].post(f"/v1/assessments/{one['id']}/advice-uses", body)
    page = visitor("sam").get(to("advice_used", one["id"]))
    assert page.status_code == 200
    assert "He knew." in page.text
    assert "use-com-st-01" not in page.text
    assert "What was used" in visitor("sam").get(to("case", one["case_id"])).text


def test_in_a_restricted_case_it_is_read_only(callers: dict[str, Caller], visitor: Visit) -> None:
    one = callers["anna"].record()
    page, path = visitor("anna"), to("advice_used", one["id"])
    form = fields_of(page.get(path))
    callers["petra"].patch("/v1/clients/2026-0042", {"restricted": True}, headers={"If-Match": "*"})
    assert page.post(path, form | {"use-com-st-01": "accepted"}).status_code == 409
    shown = page.get(path).text
    assert "use-com-st-01" not in shown
    assert "asked to restrict" in shown


def test_the_log_says_what_was_done(anna: Caller, visitor: Visit, database: Any) -> None:
    one = anna.record()
    page, path = visitor("anna"), to("advice_used", one["id"])
    went(page.post(path, fields_of(page.get(path)) | {"use-com-st-01": "accepted"}))
    assert [line["event"] for line in lines(database)][-2:] == ["assessment:read", "advice:use"]


def test_the_page_shows_what_was_shown_then(callers: dict[str, Caller], visitor: Visit, clock: Clock) -> None:
    before = callers["anna"].record()
    callers["sam"].post("/v1/own-entries", OWN_ENTRY)
    callers["sam"].post("/v1/hidden-entries", {"entry_id": "com-st-01"})
    clock.now += NOTICE
    after = callers["anna"].record()
    shown = [visitor("anna").get(to("advice_used", one["id"])).text for one in (before, after)]
    assert ["Ask about yesterday first." in text for text in shown] == [False, True]
    assert ["use-com-st-01" in text for text in shown] == [True, False]


# ---------------------------------------------------------------- the own approach

ENTRY = {"kind": "question", "for": ["complainant"], "text_nl": "Vraag naar gisteren.", "text_en": "Ask."}


def entries(caller: Caller) -> list[dict[str, Any]]:
    return list(caller.get("/v1/own-entries").json()["items"])


def test_add_change_retire_and_use_again(callers: dict[str, Caller], visitor: Visit, clock: Clock) -> None:
    page, sam = visitor("sam"), callers["sam"]
    new = to("own_entry_new", None)
    added = went(page.post(new, fields_of(page.get(new)) | ENTRY))
    [entry] = entries(sam)
    assert added == to("own_entry", entry["id"]) + "?done=added"
    assert (entry["kind"], entry["for"], entry["text"]) == (
        "question",
        ["complainant"],
        {"nl": "Vraag naar gisteren.", "en": "Ask."},
    )
    path = to("own_entry", entry["id"])
    form = fields_of(page.get(added)) | ENTRY | {"text_en": "Ask about yesterday."}
    went(page.post(path, form | {"do": "save", "for": ["complainant", "visitor"]}))
    assert entries(sam)[0]["for"] == ["visitor", "complainant"]
    stale = page.post(path, form | {"do": "save", "form": "another-key"})
    assert stale.status_code == 412
    went(page.post(path, fields_of(page.get(path)) | {"do": "retire"}))
    assert (entries(sam)[0]["retired"], entries(sam)[0]["text"]["en"]) == (True, "Ask about yesterday.")
    clock.now += NOTICE
    assert "retired since" in page.get(to("approach", None)).text
    went(page.post(path, fields_of(page.get(path)) | ENTRY | {"do": "save", "active_from": "2026-12-01"}))
    assert (entries(sam)[0]["retired"], entries(sam)[0]["active_from"]) == (False, "2026-11-30T23:00:00Z")
    assert page.get(path).text.count("<tr>") == 5


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"for": []}, "for"),
        ({"text_nl": " "}, "text_nl"),
        ({"text_en": ""}, "text_en"),
        ({"active_from": "2026-02-30"}, "active_from"),
        ({"active_from": "2020-01-01"}, "active_from"),
        ({"kind": "task", "for": ["unclear"]}, "kind"),
    ],
)
def test_a_wrong_entry_comes_back_filled_in(
    callers: dict[str, Caller], visitor: Visit, changed: dict[str, Any], field: str
) -> None:
    page, new = visitor("sam"), to("own_entry_new", None)
    answer = page.post(new, fields_of(page.get(new)) | ENTRY | changed)
    assert answer.status_code == 400, told(answer, 400)
    assert f'href="#f-{field}"' in answer.text
    if field != "text_nl":
        assert "Vraag naar gisteren." in answer.text
    assert entries(callers["sam"]) == []


def test_plain_language_gives_a_hint_and_stops_nothing(visitor: Visit) -> None:
    page, new = visitor("sam"), to("own_entry_new", None)
    words = {"text_nl": "Zeg het tegen de zorgmijder.", "text_en": "Tell the service avoider."}
    answer = page.post(new, fields_of(page.get(new)) | ENTRY | words)
    shown = page.get(went(answer)).text
    assert "Could be said more plainly" in shown


def test_hide_and_show_again(callers: dict[str, Caller], visitor: Visit) -> None:
    page, path = visitor("sam"), to("approach", None)
    form = {"form": "the-first-key-of-all"}
    hide = to("hide_entry", None)
    assert went(page.post(hide, form | {"hide": "com-ta-03"})) == path + "?done=hidden"
    assert "hidden from" in page.get(path).text
    again = page.post(hide, {"form": "a-second-key-of-all", "hide": "com-ta-03"})
    assert again.status_code == 400
    kept = page.post(hide, {"form": "a-third-key-of-all", "hide": "vis-st-04"})
    assert "always stays in sight" in kept.text
    assert went(page.post(hide, {"form": "a-fourth-key-of-all", "show": "com-ta-03"})) == path + "?done=shown"
    assert [one["hidden"] for one in callers["anna"].get("/v1/hidden-entries").json()["items"]] == [
        *(True, False)
    ]


def test_who_may_only_look_sees_no_form(callers: dict[str, Caller], visitor: Visit) -> None:
    entry = callers["sam"].post("/v1/own-entries", OWN_ENTRY).json()
    for place, id_ in (("approach", None), ("own_entry", entry["id"])):
        page = visitor("anna").get(to(place, id_))
        assert page.status_code == 200
        assert "Ask about yesterday first." in page.text
        assert "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
