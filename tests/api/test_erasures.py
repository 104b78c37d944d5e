"""Erasure orders: who asks, who decides, who carries it out, and in which order."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from fastapi import FastAPI

from app.trust import ERASURES, TrustFolder
from tests.promises.world import all_rows
from tests.support import Caller, People

ORDERS = "/v1/erasure-orders"
ANY_VERSION = {"If-Match": "*"}


def asked(caller: Caller, reference: str = "2026-0042", participant: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"case": {"reference": reference}, "reason": "client_asked"}
    if participant is not None:
        body["participant"] = {"reference": participant}
    response = caller.post(ORDERS, body)
    assert response.status_code == 201, response.text
    order: dict[str, Any] = response.json()
    return order


def step(caller: Caller, order: dict[str, Any], kind: str, body: Any = None, tag: str = "*") -> Any:
    return caller.post(f"{ORDERS}/{order['id']}/{kind}", body, headers={"If-Match": tag})


def granted(callers: dict[str, Caller], **what: str) -> dict[str, Any]:
    order = asked(callers["anna"], **what)
    response = step(callers["petra"], order, "decisions", {"granted": True})
    assert response.status_code == 200, response.text
    decided: dict[str, Any] = response.json()
    return decided


def erase(callers: dict[str, Caller], **what: str) -> dict[str, Any]:
    response = step(callers["aad"], granted(callers, **what), "executions", {})
    assert response.status_code == 200, response.text
    done: dict[str, Any] = response.json()
    return done


def somebody(people: People, name: str) -> dict[str, str]:
    return {"id": str(people.users[name].user_id), "name": name}


# ---------------------------------------------------------------- the steps


def test_an_order_is_asked_granted_and_carried_out(callers: dict[str, Caller], people: People) -> None:
    recorded = callers["anna"].record()
    response = callers["anna"].post(ORDERS, {"case": {"reference": "2026-0042"}, "reason": "client_asked"})
    order = {
        "id": ANY,
        "status": "requested",
        "case": {"id": recorded["case_id"], "reference": "2026-0042"},
        "participant": None,
        "reason": "client_asked",
        "requested_by": somebody(people, "anna"),
        "requested_at": "2026-11-20T09:00:00Z",
        "granted_by": None,
        "granted_at": None,
        "refused_by": None,
        "refused_at": None,
        "refusal_ground": None,
        "executed_by": None,
        "executed_at": None,
        "version": 1,
    }
    assert response.json() == order
    found = callers["petra"].get(response.headers["Location"])
    assert found.json() == order
    assert found.headers["ETag"] == response.headers["ETag"] == '"1"'

    decided = step(callers["petra"], found.json(), "decisions", {"granted": True}, '"1"')
    order |= {
        "status": "granted",
        "granted_by": somebody(people, "petra"),
        "granted_at": "2026-11-20T09:00:00Z",
        "version": 2,
    }
    assert decided.json() == order
    assert callers["anna"].get(f"/v1/cases/{recorded['case_id']}").status_code == 200

    done = step(callers["aad"], decided.json(), "executions", None, '"2"')
    assert done.status_code == 200, done.text
    assert done.headers["ETag"] == '"3"'
    assert done.json()["order"] == order | {
        "status": "executed",
        "case": {"id": recorded["case_id"], "reference": None},
        "executed_by": somebody(people, "aad"),
        "executed_at": "2026-11-20T09:00:00Z",
        "version": 3,
    }
    assert {one["kind"]: one["count"] for one in done.json()["erased"]} == {
        "assessment": 1,
        "thread": 1,
        "conversation": 1,
        "concern": 1,
        "participant": 1,
        "case_event": 1,
        "case": 1,
    }
    for path in ("cases", "assessments", "threads"):
        id_ = recorded["id" if path == "assessments" else f"{path[:-1]}_id"]
        assert callers["anna"].get(f"/v1/{path}/{id_}").status_code == 404
    assert callers["petra"].get("/v1/clients/2026-0042").status_code == 404


def test_the_reference_is_free_again_and_nothing_comes_back_with_it(callers: dict[str, Caller]) -> None:
    old = callers["anna"].record()
    erase(callers)
    new = callers["anna"].record()
    assert (new["case_id"] != old["case_id"], new["number"], new["transition"]) == (True, 1, None)


def test_a_refusal_has_a_ground_and_is_the_end(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    order = asked(callers["anna"])
    refused = step(callers["petra"], order, "decisions", {"granted": False, "refusal_ground": "legal_duty"})
    assert (refused.json()["status"], refused.json()["refusal_ground"]) == ("refused", "legal_duty")
    again = step(callers["petra"], order, "decisions", {"granted": True})
    late = step(callers["aad"], order, "executions", {})
    assert (again.status_code, late.status_code) == (409, 409)
    assert again.json()["type"] == "urn:problem-type:werkrelatie:not-this-step"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"granted": False},
        {"granted": True, "refusal_ground": "legal_duty"},
        {"granted": "yes"},
        {"granted": False, "refusal_ground": "no_time"},
    ],
)
def test_a_decision_that_cannot_be(callers: dict[str, Caller], body: dict[str, Any]) -> None:
    callers["anna"].record()
    assert step(callers["petra"], asked(callers["anna"]), "decisions", body).status_code == 400


def test_steps_come_in_their_order(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    order = asked(callers["anna"])
    assert step(callers["aad"], order, "executions").status_code == 409
    assert step(callers["petra"], order, "decisions", {"granted": True}).status_code == 200
    assert step(callers["petra"], order, "decisions", {"granted": True}).status_code == 409
    assert step(callers["aad"], order, "executions").status_code == 200
    assert step(callers["aad"], order, "executions").status_code == 409


def test_who_granted_it_does_not_carry_it_out(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    refused = step(callers["petra"], granted(callers), "executions")
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:problem-type:werkrelatie:two-people-needed"


def test_a_step_names_the_version_it_is_meant_for(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    order = asked(callers["anna"])
    for kind, caller, body in (("decisions", "petra", {"granted": True}), ("executions", "aad", {})):
        assert step(callers[caller], order, kind, body, '"7"').status_code == 412
        assert callers[caller].post(f"{ORDERS}/{order['id']}/{kind}", body).status_code == 428


def test_a_file_on_legal_hold_stays(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    order, early = asked(callers["anna"]), granted(callers)
    hold = callers["petra"].patch("/v1/clients/2026-0042", {"legal_hold": True}, headers=ANY_VERSION)
    assert hold.status_code == 200
    refused = [
        step(callers["petra"], order, "decisions", {"granted": True}),
        step(callers["aad"], early, "executions"),
    ]
    assert [one.json()["type"].rpartition(":")[2] for one in refused] == ["case-is-held"] * 2
    ground = {"granted": False, "refusal_ground": "legal_hold"}
    assert step(callers["petra"], order, "decisions", ground).status_code == 200


def test_orders_are_listed_by_how_far_they_came(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    requested = asked(callers["anna"])
    refused = asked(callers["anna"])
    step(callers["petra"], refused, "decisions", {"granted": False, "refusal_ground": "legal_duty"})
    waiting, done = granted(callers), granted(callers)
    step(callers["aad"], done, "executions")
    for status, order in (
        ("requested", requested),
        ("refused", refused),
        ("granted", waiting),
        ("executed", done),
    ):
        for caller in ("petra", "aad"):
            found = callers[caller].get(f"{ORDERS}?status={status}").json()["items"]
            assert [one["id"] for one in found] == [order["id"]]
    first = callers["petra"].get(f"{ORDERS}?limit=3").json()
    assert len(first["items"]) + len(callers["petra"].get(first["next"]).json()["items"]) == 4


# ---------------------------------------------------------------- who


def test_somebody_asks_for_what_they_see_only(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    body = {"case": {"reference": "2026-0042"}, "reason": "client_asked"}
    seen = {name: callers[name].post(ORDERS, body).status_code for name in callers}
    assert seen == {
        "anna": 201,
        "bas": 404,
        "chris": 404,
        "sam": 201,
        "sofie": 404,
        "tess": 403,
        "aad": 403,
        "petra": 201,
        "nobody": 401,
    }


def test_a_participant_that_is_not_there(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    body = {
        "case": {"reference": "2026-0042"},
        "participant": {"reference": "father"},
        "reason": "client_asked",
    }
    refused = callers["anna"].post(ORDERS, body)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "not_in_this_file"


# ---------------------------------------------------------------- what is left


def test_a_call_that_is_sent_again_is_carried_out_once_and_tells_nothing(
    application: FastAPI, callers: dict[str, Caller]
) -> None:
    key = {"Idempotency-Key": "the-same-call"}
    first = callers["anna"].post("/v1/cases", {"reference": "2026-0042"}, headers=key)
    assert first.status_code == 201
    order = granted(callers)
    again = ANY_VERSION | {"Idempotency-Key": "carry-it-out"}
    path = f"{ORDERS}/{order['id']}/executions"
    done = [callers["aad"].post(path, {}, headers=again) for _ in range(2)]
    assert [one.status_code for one in done] == [200, 200]
    assert done[0].json() == done[1].json()
    assert done[1].headers["Idempotent-Replayed"] == "true"
    kept = all_rows(application.state.surroundings.database)["idempotency_key"]
    assert [row for row in kept if "2026-0042" in repr(row)] == []


def test_an_erasure_is_in_the_ledger_and_in_the_access_log(
    application: FastAPI, callers: dict[str, Caller]
) -> None:
    recorded = callers["anna"].record()
    done = erase(callers)
    rows = all_rows(application.state.surroundings.database)
    kinds = [row[2] for row in sorted(rows["ledger_entry"], key=lambda row: row[1])]
    assert kinds == [
        "case_event/1",
        "assessment/1",
        "erasure_requested/1",
        "erasure_granted/1",
        "erasure_executed/1",
        "erased/1",
        "erased/1",
    ]
    assert {(str(row[1]), row[2]) for row in rows["erased_row"]} >= {(recorded["id"], "assessment")}
    assert recorded["case_id"] in {str(row[2]) for row in rows["accessed_client"]}
    assert done["order"]["id"] in repr(rows["access_event"]) or done["order"]["id"].replace("-", "") in repr(
        rows["access_event"]
    )


def test_a_folder_that_cannot_be_written_does_not_undo_an_erasure(
    application: FastAPI, callers: dict[str, Caller], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    surroundings = replace(application.state.surroundings, trust=TrustFolder(tmp_path / "file"))
    application.state.surroundings = surroundings
    recorded = callers["anna"].record()
    erase(callers)
    assert callers["anna"].get(f"/v1/cases/{recorded['case_id']}").status_code == 404


@pytest.mark.parametrize("line", ["no json", "[]", "{}", '{"order": {"id": "no id"}}'])
def test_a_list_that_cannot_be_read_does_not_undo_an_erasure(
    application: FastAPI, callers: dict[str, Caller], tmp_path: Path, line: str
) -> None:
    trust = TrustFolder(tmp_path)
    trust.append(ERASURES, [line])
    application.state.surroundings = replace(application.state.surroundings, trust=trust)
    recorded = callers["anna"].record()
    erase(callers)
    assert callers["anna"].get(f"/v1/cases/{recorded['case_id']}").status_code == 404
