"""Signals over the API: what a thread says, the thresholds of an organisation, and the filter."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from app.domain.answers import ALL_ANSWERS
from app.domain.signals import DEFAULTS, SignalKind
from app.models.base import utc_text
from tests.support import Caller, Clock

NUMBERS = {"stuck_after": 3, "not_done_after": 2, "not_seen_days": 60}


def kinds(thread: Any) -> list[str]:
    return [signal["kind"] for signal in thread["signals"]]


def of_threads(caller: Caller, **query: str) -> dict[str, list[str]]:
    """The kinds of signals per thread in the caseload."""
    found = caller.get("/v1/cases", params={"limit": "100", **query}).json()["items"]
    return {thread["id"]: kinds(thread) for case in found for thread in case["threads"]}


def test_it_works(anna: Caller, clock: Clock) -> None:
    made = []
    for _ in range(3):
        made.append(anna.record(answers="yyn"))
        clock.forward(days=7)
    assert [kinds(one) for one in made] == [[], [], ["stuck"]]
    [signal] = made[-1]["signals"]
    assert signal == {
        "kind": "stuck",
        "label": "No movement",
        "since": made[-1]["assessed_at"],
        "text": "3 times in a row the same type, and nothing moved forward in between.",
        "assessments": [one["id"] for one in made],
        "entry": {
            "id": "tr-st-01",
            "kind": "question",
            "text": signal["entry"]["text"],
            "sources": signal["entry"]["sources"],
        },
    }
    thread = anna.get(f"/v1/threads/{made[0]['thread_id']}").json()
    assert thread["signals"] == [signal]
    [head] = anna.get(f"/v1/cases/{made[0]['case_id']}/threads").json()["items"]
    assert head["signals"] == [signal]
    [case] = anna.get("/v1/cases").json()["items"]
    assert case["threads"][0]["signals"] == [signal]
    # The first says so too, now that it is one of three.
    assert anna.get(f"/v1/assessments/{made[0]['id']}").json()["signals"] == [signal]


def test_as_of_a_date_shows_the_signals_of_that_date(anna: Caller, clock: Clock) -> None:
    first = anna.record(answers="yyy")
    clock.forward(days=61)
    anna.record(answers="yyn")
    path = f"/v1/threads/{first['thread_id']}"
    assert kinds(anna.get(path).json()) == ["moved_back"]
    for query in ({"at": "2027-01-18T10:00:00Z"}, {"known": "2027-01-18T10:00:00Z"}):
        assert kinds(anna.get(path, params=query).json()) == []
    for query in ({"at": "2027-01-19T10:00:00Z"}, {"known": "2027-01-19T10:00:00Z"}):
        assert kinds(anna.get(path, params=query).json()) == ["not_seen"]


def test_nobody_is_missed_in_a_closed_case(anna: Caller, clock: Clock) -> None:
    first = anna.record(answers="yyy")
    clock.forward(days=100)
    path = f"/v1/threads/{first['thread_id']}"
    assert kinds(anna.get(path).json()) == ["not_seen"]
    close = {"status": "closed", "closing_answer": "She knows whom to call."}
    anna.http.patch(f"/v1/cases/{first['case_id']}", json=close, headers={"If-Match": "*"})
    assert kinds(anna.get(path).json()) == []
    # As it stood while the case was open.
    assert kinds(anna.get(path, params={"at": "2027-02-20T10:00:00Z"}).json()) == ["not_seen"]
    assert of_threads(anna, signal="not_seen") == {}


def test_beside_a_customer_relationship(anna: Caller) -> None:
    own = anna.record(answers="nnn")
    assert own["signals"] == []
    anna.record(answers="yyy", concern={"reference": "money"})
    again = anna.record(answers="nnn")
    assert kinds(again) == ["hidden_customer"]
    assert kinds(anna.get(f"/v1/threads/{own['thread_id']}").json()) == ["hidden_customer"]
    assert of_threads(anna, signal="hidden_customer")[own["thread_id"]] == ["hidden_customer"]
    # Somebody else in the same case is another person.
    anna.record(answers="nnn", participant={"reference": "father"})
    assert list(of_threads(anna).values()).count(["hidden_customer"]) == 1


def test_an_organisation_chooses_from_when_on(callers: dict[str, Caller], clock: Clock) -> None:
    anna, sam = callers["anna"], callers["sam"]
    for _ in range(2):
        thread = anna.record(answers="yyn")["thread_id"]
        clock.forward(days=1)
    path = f"/v1/threads/{thread}"
    response = anna.get("/v1/signal-settings")
    assert response.json() == {**NUMBERS, "version": 0}
    assert response.headers["ETag"] == '"0"'
    chosen = {**NUMBERS, "stuck_after": 2}
    changed = sam.http.put("/v1/signal-settings", json=chosen, headers={"If-Match": '"0"'})
    assert (changed.status_code, changed.json()) == (200, {**chosen, "version": 1})
    assert kinds(anna.get(path).json()) == ["stuck"]
    assert of_threads(anna, signal="stuck") == {thread: ["stuck"]}
    again = sam.http.put("/v1/signal-settings", json=chosen, headers={"If-Match": '"1"'})
    assert again.json()["version"] == 1
    sam.http.put("/v1/signal-settings", json=NUMBERS, headers={"If-Match": '"1"'})
    assert of_threads(anna, signal="stuck") == {}


@pytest.mark.parametrize(
    ("body", "tag", "status"),
    [
        (NUMBERS, None, 428),
        (NUMBERS, '"7"', 412),
        ({**NUMBERS, "stuck_after": 1}, '"0"', 400),
        ({**NUMBERS, "stuck_after": 21}, '"0"', 400),
        ({**NUMBERS, "stuck_after": "3"}, '"0"', 400),
        ({**NUMBERS, "stuck_after": 2.5}, '"0"', 400),
        ({**NUMBERS, "not_seen_days": 6}, '"0"', 400),
        ({**NUMBERS, "not_seen_days": 3651}, '"0"', 400),
        ({**NUMBERS, "more": 1}, '"0"', 400),
        ({"stuck_after": 3}, '"0"', 400),
    ],
)
def test_what_cannot_be_chosen(callers: dict[str, Caller], body: Any, tag: str | None, status: int) -> None:
    headers = {"If-Match": tag} if tag else {}
    response = callers["sam"].http.put("/v1/signal-settings", json=body, headers=headers)
    assert response.status_code == status, response.text
    assert callers["sam"].get("/v1/signal-settings").json() == {**NUMBERS, "version": 0}


def test_the_rules_in_words(callers: dict[str, Caller]) -> None:
    response = callers["anna"].http.get("/v1/signals", headers={"Accept-Language": "nl"})
    items = response.json()["items"]
    assert [one["kind"] for one in items] == list(SignalKind)
    assert str(DEFAULTS.not_seen_days) in items[-1]["rule"]
    assert "{" not in response.text.replace('{"', "")


@pytest.mark.parametrize("signal", ["nonsense", "", "stuck,moved_back"])
def test_a_signal_that_does_not_exist(anna: Caller, signal: str) -> None:
    assert anna.get("/v1/cases", params={"signal": signal}).status_code == 400


@pytest.mark.parametrize("seed", range(3))
def test_the_filter_finds_exactly_the_threads_that_say_so(anna: Caller, clock: Clock, seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - the same course every time
    for number in range(30):
        person = rng.choice(["mother", "father"])
        anna.record(
            answers=rng.choice([one.code for one in ALL_ANSWERS]),
            case={"reference": f"c-{rng.choice('ab')}"},
            concern={"reference": rng.choice(["signing", "money"])},
            participant={"reference": person},
            task_given=rng.choice([None, "observation", "behavioural", "advice"]),
            previous_task_done=rng.choice([None, "no"]),
            perspective=rng.choice(["practitioner", "practitioner", "client"]),
            conversation={"held_at": utc_text(clock.now - timedelta(hours=rng.choice([0, 1])))},
        )
        clock.forward(days=61 if number == 20 else 0, minutes=1)
    everything = of_threads(anna)
    assert {kind for said in everything.values() for kind in said}
    for kind in SignalKind:
        found = {id_: said for id_, said in of_threads(anna, signal=kind).items() if kind in said}
        assert found == {id_: said for id_, said in everything.items() if kind in said}
        with_it = anna.get("/v1/cases", params={"signal": kind}).json()["items"]
        assert all(any(kind in kinds(thread) for thread in case["threads"]) for case in with_it)
    asking = anna.get("/v1/cases", params={"signal": "any"}).json()["items"]
    expected = {
        case["id"] for case in anna.get("/v1/cases").json()["items"] if any(map(kinds, case["threads"]))
    }
    assert {case["id"] for case in asking} == expected


def test_an_entry_that_the_organisation_hides_is_not_suggested(
    callers: dict[str, Caller], clock: Clock
) -> None:
    anna, sam = callers["anna"], callers["sam"]
    for code in ("yyy", "yyn"):
        made = anna.record(answers=code)
    assert made["signals"][0]["entry"]["id"] == "tr-kc-01"
    assert sam.post("/v1/hidden-entries", {"entry_id": "tr-kc-01", "hidden": True}).status_code == 201
    clock.forward(days=1)
    [signal] = anna.get(f"/v1/threads/{made['thread_id']}").json()["signals"]
    assert (signal["kind"], signal["entry"]) == ("moved_back", None)
