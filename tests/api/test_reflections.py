"""Reflections: written and read, and private over every door."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.test_erasures import erase
from tests.log_rows import lines
from tests.promises.world import all_rows
from tests.support import Caller, Clock, Visitor
from tests.web.test_case_changes import to, went

SECRET = "I was short with her, because I was tired."


def write(caller: Caller, prompt: str = "perspective", text: str = SECRET, **about: Any) -> Any:
    return caller.post("/v1/reflections", {"prompt_id": prompt, "text": text, **about})


def seen(caller: Caller, query: str = "") -> list[str]:
    found = caller.get(f"/v1/reflections{query}")
    return [one["text"] for one in found.json()["items"]] if found.status_code == 200 else []


@pytest.fixture
def one(anna: Caller) -> dict[str, Any]:
    """A case of anna, in team north."""
    return dict(anna.record())


def about(one: dict[str, Any]) -> dict[str, str]:
    return {"case_id": one["case_id"], "thread_id": one["thread_id"]}


def test_the_prompts_are_open_to_all(callers: dict[str, Caller]) -> None:
    found = callers["nobody"].get("/v1/reflection-prompts").json()["items"]
    assert [item["id"] for item in found][:2] == ["satisfied-1-need", "satisfied-2-discovery"]
    assert found[0] == {
        "id": "satisfied-1-need",
        "when": "closing",
        "text": "Think of the person who was happiest with your help. What was it that this person needed?",
        "private": True,
        "sources": ["S002"],
    }


def test_write_and_read(anna: Caller, one: dict[str, Any], people: Any) -> None:
    made = write(anna, **about(one))
    assert made.status_code == 201
    expected = {
        "id": made.json()["id"],
        "prompt": next(
            item for item in anna.get("/v1/reflection-prompts").json()["items"] if item["id"] == "perspective"
        ),
        "text": SECRET,
        **about(one),
        "shared_at": None,
        "written_at": "2026-11-20T09:00:00Z",
        "written_by": {"id": str(people.users["anna"].user_id), "name": "anna"},
    }
    assert made.json() == expected | {"hint": None}
    assert anna.get("/v1/reflections").json() == {"items": [expected], "next": None}
    assert seen(anna, f"?case={one['case_id']}") == [SECRET]


def test_a_worn_out_so_gets_a_hint_and_is_kept(anna: Caller) -> None:
    made = write(anna, "why-so-3-so", "That is how we always do it.")
    assert made.status_code == 201
    assert "even something small" in made.json()["hint"]
    assert write(anna, "why-so-3-so", "Ask her what she tried.").json()["hint"] is None
    assert len(seen(anna)) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"prompt_id": "no-such"}, "no_such_prompt"),
        ({"text": " "}, "empty"),
        ({"text": "BSN 111222333"}, "looks_like_bsn"),
        ({"thread_id": "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"}, "thread_without_case"),
        ({"shared": True}, "unknown_field"),
    ],
)
def test_what_cannot_be_is_refused(anna: Caller, body: dict[str, Any], code: str) -> None:
    refused = anna.post("/v1/reflections", {"prompt_id": "closer", "text": "Yes.", **body})
    assert refused.status_code == 400
    assert [error["code"] for error in refused.json()["errors"]] == [code]
    assert seen(anna) == []


def test_nobody_writes_about_a_case_out_of_sight_or_with_another_ones_thread(
    callers: dict[str, Caller], one: dict[str, Any]
) -> None:
    assert write(callers["chris"], **about(one)).status_code == 404
    assert write(callers["bas"], **about(one)).status_code == 404
    other = callers["anna"].record(case={"reference": "other"})
    mixed = {"case_id": one["case_id"], "thread_id": other["thread_id"]}
    assert write(callers["anna"], **mixed).status_code == 404
    callers["petra"].patch("/v1/clients/2026-0042", {"restricted": True}, headers={"If-Match": "*"})
    assert write(callers["anna"], **about(one)).status_code == 409


# ---------------------------------------------------------------- privacy


def doors(
    callers: dict[str, Caller], pages: dict[str, Visitor], one: dict[str, Any]
) -> dict[tuple[str, str], str]:
    """Return what everybody but the writer gets at every door that shows anything of a case."""
    paths = (
        *("/v1/reflections", f"/v1/reflections?case={one['case_id']}", "/v1/assessments", "/v1/cases"),
        *(f"/v1/cases/{one['case_id']}", f"/v1/cases/{one['case_id']}/threads"),
        *(f"/v1/threads/{one['thread_id']}", f"/v1/assessments/{one['id']}", "/v1/transitions"),
        *("/v1/clients", "/v1/clients/2026-0042", "/v1/clients/2026-0042/export"),
        *("/v1/clients/2026-0042/export?format=html", "/v1/access-events", "/v1/reports/retention"),
        "/v1/clients/2026-0042/access-events",
    )
    found = {
        (name, path): caller.get(path).text
        for name, caller in callers.items()
        if name != "anna"
        for path in paths
    }
    for name, page in pages.items():
        for path in (to("case", one["case_id"]), to("recorded", one["id"]), to("reflections", None)):
            found[name, path] = page.get(path).text
    return found


def test_what_is_private_is_seen_through_no_door_until_it_is_shared(
    callers: dict[str, Caller], visitor: Any, one: dict[str, Any]
) -> None:
    anna = callers["anna"]
    others = [name for name in callers if name not in {"anna", "nobody"}]
    pages = {name: visitor(name) for name in others}
    id_ = write(anna, **about(one)).json()["id"]
    write(anna, "tip-unique", "Nobody else sees this either.")
    for door, text in doors(callers, pages, one).items():
        assert SECRET not in text, door
        assert id_ not in text or door[1].startswith("/v1/access"), door
        assert "Nobody else sees" not in text, door
    # Not even that it is there: keeping it out of a copy is refused as if it were not.
    passage = {"entity_id": id_, "field": "reflection_text", "ground": "harm"}
    assert callers["petra"].post("/v1/clients/2026-0042/withholdings", passage).status_code == 400
    # Nor does anybody share or delete it for another.
    for name in others:
        for place in ("reflection_share", "reflection_delete"):
            answer = pages[name].post(to(place, id_), {"do": "share", "form": f"{name}-{place}-0001"})
            assert answer.status_code in (403, 404), (name, place)
    assert seen(anna, f"?case={one['case_id']}") == [SECRET]
    mine = visitor("anna")
    assert SECRET not in mine.get(to("case", one["case_id"])).text, "a page that is printed and shown around"
    went(mine.post(to("reflection_share", id_), {"do": "share"}))
    reading = {door for door, text in doors(callers, pages, one).items() if SECRET in text}
    assert {name for name, _ in reading} == {"sam", "petra"}
    assert {path for name, path in reading if name == "petra"} == {
        *("/v1/clients/2026-0042/export", "/v1/clients/2026-0042/export?format=html")
    }
    assert callers["petra"].post("/v1/clients/2026-0042/withholdings", passage).status_code == 201
    assert SECRET not in callers["petra"].get("/v1/clients/2026-0042/export").text
    went(mine.post(to("reflection_share", id_), {"do": "unshare"}))
    assert not [door for door, text in doors(callers, pages, one).items() if SECRET in text]


def test_what_is_meant_to_be_talked_about_is_seen_by_who_sees_the_case(
    callers: dict[str, Caller], one: dict[str, Any]
) -> None:
    write(callers["anna"], "closer", "A little.", **about(one))
    write(callers["sam"], "why-so-1-why", "Why do we call every week?", **about(one))
    write(callers["sam"], "perspective", "Sam's own.", **about(one))
    expected = {
        "anna": ["Why do we call every week?", "A little."],
        "sam": ["Sam's own.", "Why do we call every week?", "A little."],
        **{name: [] for name in ("bas", "chris", "sofie", "tess", "aad", "petra")},
    }
    assert {name: seen(callers[name]) for name in expected} == expected


def test_of_a_case_that_is_handed_over_its_writer_sees_nothing_more(
    callers: dict[str, Caller], one: dict[str, Any], people: Any
) -> None:
    write(callers["anna"], **about(one))
    body = {"practitioner_id": str(people.users["bas"].user_id)}
    path = f"/v1/cases/{one['case_id']}"
    assert callers["anna"].patch(path, body, headers={"If-Match": "*"}).status_code == 200
    assert seen(callers["anna"]) == []
    assert seen(callers["bas"]) == []


def test_an_erasure_takes_them_and_counts_them_nowhere(
    database: Any, callers: dict[str, Caller], one: dict[str, Any]
) -> None:
    father = callers["anna"].record(participant={"reference": "father"})
    write(callers["anna"], **about(one))
    write(callers["anna"], text="About him.", **about(father))
    write(callers["anna"], "closer", "About the whole case.", case_id=one["case_id"])
    write(callers["anna"], "tip-unique", "About nobody.")
    done = erase(callers, participant="mother")
    assert "reflection" not in {kind["kind"] for kind in done["erased"]}
    assert sorted(seen(callers["anna"])) == ["About him.", "About nobody.", "About the whole case."]
    erase(callers)
    assert seen(callers["anna"]) == ["About nobody."]
    assert len(all_rows(database)["reflection"]) == 1


def test_it_does_not_lengthen_the_term(callers: dict[str, Caller], one: dict[str, Any], clock: Clock) -> None:
    before = callers["petra"].get("/v1/clients/2026-0042").json()
    clock.now += timedelta(days=2)
    assert write(callers["anna"], **about(one)).status_code == 201
    assert callers["petra"].get("/v1/clients/2026-0042").json() == before


def test_the_log_says_that_and_about_which_case_and_never_what(
    database: Any, anna: Caller, one: dict[str, Any]
) -> None:
    write(anna, **about(one))
    seen(anna)
    written, read = lines(database)[-2:]
    assert [line["event"] for line in (written, read)] == ["reflection:write", "reflection:read"]
    assert all({str(case_id) for case_id in line["cases"]} == {one["case_id"]} for line in (written, read))
    assert SECRET not in str(lines(database))
