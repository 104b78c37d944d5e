"""What an `Idempotency-Key` promises, row by row."""

from typing import Any
from uuid import UUID

import pytest

from app.database import Database
from tests.api.test_erasures import granted
from tests.log_rows import lines
from tests.promises.world import all_rows
from tests.support import Caller, Clock, People, answers, assessment

KEY = "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"
PATH = "/v1/assessments"


def send(caller: Caller, key: str = KEY, path: str = PATH, **changes: Any) -> Any:
    return caller.post(path, assessment(**changes), headers={"Idempotency-Key": key})


def count(database: Database, table: str = "assessment") -> int:
    return len(all_rows(database)[table])


def is_replay(response: Any) -> bool:
    return bool(response.headers.get("Idempotent-Replayed") == "true")


def test_the_same_call_again_gets_the_same_answer_and_does_nothing(anna: Caller, database: Database) -> None:
    first, again = send(anna), send(anna)
    assert (first.status_code, is_replay(first)) == (201, False)
    assert (again.status_code, is_replay(again)) == (201, True)
    assert again.content == first.content
    for name in ("Location", "ETag", "Content-Type", "Content-Language"):
        assert again.headers[name] == first.headers[name]
    assert count(database) == count(database, "ledger_entry") - count(database, "case_event") == 1


def test_without_a_key_every_call_counts(anna: Caller, database: Database) -> None:
    assert [anna.post(PATH, assessment()).status_code for _ in range(2)] == [201, 201]
    assert count(database) == 2


def test_the_same_key_with_another_body_is_refused(anna: Caller, database: Database) -> None:
    send(anna)
    other = send(anna, answers="nnn")
    assert (other.status_code, other.json()["type"]) == (
        422,
        "urn:problem-type:werkrelatie:idempotency-key-reused",
    )
    assert count(database) == 1
    assert is_replay(send(anna))


def test_the_same_key_with_another_address_is_refused(anna: Caller, database: Database) -> None:
    first = send(anna).json()
    body = {"answers": answers("nnn"), "reason": "I had misheard."}
    headers = {"Idempotency-Key": KEY, "If-Match": "*"}
    assert anna.post(f"{PATH}/{first['id']}/corrections", body, headers=headers).status_code == 422
    assert anna.post("/v1/cases", {"reference": "new"}, headers=headers).status_code == 422
    assert send(anna, path=f"{PATH}?a=b").status_code in (400, 422)
    assert count(database) == count(database, "case") == 1


def test_the_same_key_of_somebody_else_is_another_key(callers: dict[str, Caller], database: Database) -> None:
    found = [send(callers[name], case={"reference": f"of-{name}"}) for name in ("anna", "chris")]
    assert [(one.status_code, is_replay(one)) for one in found] == [(201, False)] * 2
    assert count(database) == 2


@pytest.mark.parametrize(("hours", "replayed"), [(23.9, True), (24.1, False)])
def test_a_key_is_kept_for_a_day(
    anna: Caller, database: Database, clock: Clock, hours: float, replayed: bool
) -> None:
    send(anna)
    clock.forward(hours=hours)
    again = send(anna)
    assert (again.status_code, is_replay(again)) == (201, replayed)
    assert count(database) == (1 if replayed else 2)


def test_a_refused_call_leaves_the_key_unused(callers: dict[str, Caller], database: Database) -> None:
    anna, bas, chris = callers["anna"], callers["bas"], callers["chris"]
    own = bas.record(case={"reference": "of-bas"})
    case = bas.get(f"/v1/cases/{own['case_id']}")
    closing = {"status": "closed", "closing_answer": "She knows whom to call."}
    headers = {"If-Match": case.headers["ETag"]}
    assert bas.patch(f"/v1/cases/{own['case_id']}", closing, headers=headers).status_code == 200
    refused = [
        (400, send(anna, answers={"problem": "perhaps"})),
        (400, send(anna, conversation={"held_at": "2100-01-01T00:00:00Z"})),
        (404, send(chris, case={"reference": "of-bas"})),
        (409, send(bas, case={"reference": "of-bas"})),
        (401, send(callers["nobody"])),
        (403, send(callers["tess"])),
    ]
    assert [response.status_code for _, response in refused] == [status for status, _ in refused]
    assert count(database, "idempotency_key") == 0
    for caller in (anna, bas, chris):
        assert not is_replay(accepted := send(caller, case={"reference": f"{id(caller)}"}))
        assert accepted.status_code == 201


@pytest.mark.parametrize(
    "key", ["", "short-7", "with space", "x" * 129, "tab\tinside", "caf\u00e9-caf\u00e9"]
)
def test_a_malformed_key_is_refused(anna: Caller, database: Database, key: str) -> None:
    response = anna.post(PATH, assessment(), headers={"Idempotency-Key": key.encode()})
    assert response.status_code == 400
    assert [(one["in"], one["location"]) for one in response.json()["errors"]] == [
        ("header", "Idempotency-Key")
    ]
    assert count(database) == 0


@pytest.mark.parametrize("key", ["exactly8", "x" * 128, "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"])
def test_visible_characters_make_a_key(anna: Caller, key: str) -> None:
    assert [is_replay(send(anna, key=key)) for _ in range(2)] == [False, True]


def test_what_was_handed_over_is_not_shown_again_to_who_no_longer_sees_it(
    callers: dict[str, Caller], people: People, database: Database
) -> None:
    def ask_for_erasure(caller: Caller) -> Any:
        body = {"case": {"reference": "2026-0042"}, "reason": "client_asked"}
        return caller.post("/v1/erasure-orders", body, headers={"Idempotency-Key": KEY})

    def hand_over(giver: str, taker: str) -> None:
        body = {"practitioner_id": str(people.users[taker].user_id)}
        headers = {"If-Match": "*"}
        assert callers[giver].patch(f"/v1/cases/{case_id}", body, headers=headers).status_code == 200

    case_id = send(callers["anna"]).json()["case_id"]
    for name in ("sam", "petra"):
        assert ask_for_erasure(callers[name]).status_code == 201
    hand_over("anna", "bas")
    before = all_rows(database)["access_event"]
    refused = send(callers["anna"])
    assert (refused.status_code, is_replay(refused)) == (404, False)
    assert case_id not in refused.text
    line = lines(database)[-1]
    assert len(all_rows(database)["access_event"]) == len(before) + 1
    assert (line["outcome"], line["reason"], line["cases"]) == ("denied", "not-found", {UUID(case_id)})
    assert is_replay(ask_for_erasure(callers["sam"])), "it stayed in the team"
    hand_over("bas", "chris")
    assert ask_for_erasure(callers["sam"]).status_code == 404
    assert is_replay(ask_for_erasure(callers["petra"])), "an office sees to every file"
    assert (count(database), count(database, "erasure_order")) == (1, 2)
    hand_over("chris", "anna")
    assert is_replay(send(callers["anna"]))


def test_an_erasure_is_told_again_when_the_case_is_gone(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    order = granted(callers)
    path, headers = f"/v1/erasure-orders/{order['id']}/executions", {"If-Match": "*", "Idempotency-Key": KEY}
    first, again = (callers["aad"].post(path, {}, headers=headers) for _ in range(2))
    assert (first.status_code, is_replay(again)) == (200, True)
    assert again.content == first.content


def test_a_replay_is_seen_in_the_access_log(anna: Caller, database: Database) -> None:
    send(anna)
    before = {name: count(database, name) for name in ("access_event", "accessed_client")}
    send(anna)
    assert {name: count(database, name) for name in before} == {name: n + 1 for name, n in before.items()}


def test_a_replay_keeps_its_language(anna: Caller) -> None:
    first = send(anna)
    headers = {"Idempotency-Key": KEY, "Accept-Language": "nl"}
    again = anna.post(PATH, assessment(), headers=headers)
    assert is_replay(again)
    assert again.headers["Content-Language"] == "en"
    assert again.content == first.content
