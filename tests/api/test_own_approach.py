"""An organisation's own layer over the approach, over the API."""

from typing import Any

import pytest

from app.domain.advice import NOTICE
from tests.promises.world import OWN_ENTRY
from tests.support import Caller, Clock, People, answers


@pytest.fixture
def sam(callers: dict[str, Caller]) -> Caller:
    """A supervisor, who looks after the approach."""
    return callers["sam"]


def test_add_read_change_and_retire(sam: Caller, people: People, clock: Clock) -> None:
    added = sam.post("/v1/own-entries", OWN_ENTRY)
    entry = added.json()
    path = f"/v1/own-entries/{entry['id']}"
    assert (added.status_code, added.headers["Location"], added.headers["ETag"]) == (201, path, '"1"')
    assert entry == OWN_ENTRY | {
        "id": entry["id"],
        "entry_id": "own-" + entry["id"].replace("-", ""),
        "version": 1,
        "active_from": "2026-11-20T09:01:00Z",
        "retired": False,
        "recorded_at": "2026-11-20T09:00:00Z",
        "recorded_by": {"id": str(people.users["sam"].user_id), "name": "sam"},
    }
    read = sam.get(path)
    assert (read.json(), read.headers["ETag"]) == (entry, '"1"')
    clock.forward(days=1)
    changed = sam.post(
        f"{path}/versions",
        OWN_ENTRY | {"retired": True, "active_from": "2026-12-01T00:00:00+01:00"},
        headers={"If-Match": '"1"'},
    )
    assert changed.status_code == 201
    assert changed.headers["ETag"] == '"2"'
    assert changed.json() == entry | {
        "version": 2,
        "retired": True,
        "active_from": "2026-11-30T23:00:00Z",
        "recorded_at": "2026-11-21T09:00:00Z",
    }
    assert sam.get(f"{path}/versions").json() == {"items": [entry, changed.json()]}
    assert sam.get("/v1/own-entries").json() == {"items": [changed.json()]}


def test_a_change_is_meant_for_the_version_that_is_there(sam: Caller) -> None:
    path = f"/v1/own-entries/{sam.post('/v1/own-entries', OWN_ENTRY).json()['id']}/versions"
    assert sam.post(path, OWN_ENTRY).status_code == 428
    assert sam.post(path, OWN_ENTRY, headers={"If-Match": '"1"'}).status_code == 201
    assert sam.post(path, OWN_ENTRY, headers={"If-Match": '"1"'}).status_code == 412
    assert len(sam.get(path).json()["items"]) == 2


def test_hide_and_show_again(sam: Caller, anna: Caller, clock: Clock) -> None:
    before = anna.record()
    hidden = sam.post("/v1/hidden-entries", {"entry_id": "com-ta-03"})
    assert hidden.status_code == 201
    clock.now += NOTICE
    shown_again = sam.post("/v1/hidden-entries", {"entry_id": "com-ta-03", "hidden": False})
    during = anna.record()
    clock.now += NOTICE
    after = anna.record()
    found = [
        "com-ta-03" in [entry["id"] for entry in one["classification"]["approach"]["entries"]]
        for one in (before, during, after)
    ]
    assert found == [True, False, True]
    assert sam.get("/v1/hidden-entries").json()["items"] == [hidden.json(), shown_again.json()]
    assert [one["version"] for one in (hidden.json(), shown_again.json())] == [1, 2]


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("hidden-entries", {"entry_id": "vis-st-04"}, "#/entry_id", "about_safety"),
    ("hidden-entries", {"entry_id": "vis-st-99"}, "#/entry_id", "no_such_entry"),
    ("hidden-entries", {"entry_id": "com-st-01", "hidden": False}, "#/hidden", "no_change"),
    (
        "hidden-entries",
        {"entry_id": "com-st-01", "active_from": "2026-11-20T09:00:59Z"},
        "#/active_from",
        "too_soon",
    ),
    ("own-entries", OWN_ENTRY | {"active_from": "2020-01-01T00:00:00Z"}, "#/active_from", "too_soon"),
    ("own-entries", OWN_ENTRY | {"for": []}, "#/for", "too_few"),
    ("own-entries", OWN_ENTRY | {"for": ["no-change"]}, "#/for", "not_an_option"),
    ("own-entries", OWN_ENTRY | {"for": ["unclear"], "kind": "task"}, "#", "task_without_type"),
    ("own-entries", OWN_ENTRY | {"text": {"nl": "Alleen Nederlands."}}, "#/text/en", "missing"),
    ("own-entries", OWN_ENTRY | {"text": {"nl": " ", "en": "x"}}, "#/text/nl", "empty"),
    ("own-entries", OWN_ENTRY | {"audiences": ["visitor"]}, "#", "unknown_field"),
    ("own-entries", OWN_ENTRY | {"retired": True}, "#", "unknown_field"),
]


@pytest.mark.parametrize(("path", "body", "location", "code"), REFUSED)
def test_what_cannot_be_is_refused(
    sam: Caller, path: str, body: dict[str, Any], location: str, code: str
) -> None:
    before = sam.get(f"/v1/{path}").json()
    refused = sam.post(f"/v1/{path}", body)
    assert refused.status_code == 400, refused.text
    assert [(one["location"], one["code"]) for one in refused.json()["errors"]] == [(location, code)]
    assert sam.get(f"/v1/{path}").json() == before


def test_the_open_classification_never_shows_what_an_organisation_added_or_hid(
    callers: dict[str, Caller], clock: Clock
) -> None:
    paths = ("/v1/classifications", "/v1/classifications/yes-yes-no", "/v1/approaches")
    before = [callers[who].get(path).content for who in ("anna", "nobody") for path in paths]
    asked = [callers[who].post("/v1/classifications", answers("yyn")).content for who in ("anna", "nobody")]
    assert callers["sam"].post("/v1/own-entries", OWN_ENTRY).status_code == 201
    assert callers["sam"].post("/v1/hidden-entries", {"entry_id": "com-st-01"}).status_code == 201
    clock.now += NOTICE
    shown = callers["anna"].record()["classification"]["approach"]["entries"]
    assert shown[-1]["text"] == "Ask about yesterday first."
    assert shown[0]["id"] != "com-st-01"
    assert [callers[who].get(path).content for who in ("anna", "nobody") for path in paths] == before
    assert [
        callers[who].post("/v1/classifications", answers("yyn")).content for who in ("anna", "nobody")
    ] == asked
