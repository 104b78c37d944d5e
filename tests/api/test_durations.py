"""GET /v1/reports/durations: how long until a relationship first becomes customer, and back."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from sqlmodel import select

from app.database import Database, OrganisationSession, transaction
from app.domain.survival import Followed, curve, median, share_of, still_waiting
from app.domain.thread import (
    NOT_ABOUT_THE_CLIENT,
    ChangeReason,
    Direction,
    Judgement,
    Perspective,
    direction_of,
    in_force,
)
from app.knowledge import Knowledge
from app.models.threads import Thread
from app.services.projections import judgements
from tests.api.reporting import fill, report
from tests.support import START, Caller, People


class Course(NamedTuple):
    """What came of one thread, worked out by hand."""

    days: int
    became: bool
    back: bool


def worked_out(judged: Sequence[Judgement]) -> Course | None:
    """Follow one thread as the docstring of the service says; `None`: there was nothing to wait for."""
    own = [one for one in in_force(judged) if one.perspective is Perspective.PRACTITIONER]
    followed = own[:1]
    for before, one in pairwise(own):
        by_another = one.recorded_by != own[0].recorded_by or one.change_reason is ChangeReason.OTHER_ASSESSOR
        other_type = one.relationship_type is not before.relationship_type
        if by_another or (one.change_reason in NOT_ABOUT_THE_CLIENT and other_type):
            break
        followed.append(one)
    customer = [place for place, one in enumerate(followed) if one.relationship_type == "customer"]
    if not followed or customer[:1] == [0]:
        return None
    end = followed[customer[0]] if customer else followed[-1]
    later = pairwise(followed[customer[0] :]) if customer else []
    back = any(
        direction_of(one.relationship_type, other.relationship_type) is Direction.BACK for one, other in later
    )
    return Course((end.assessed_at - followed[0].assessed_at).days, bool(customer), back)


def all_judged(database: Database, people: People) -> Iterator[list[Judgement]]:
    with (
        transaction(database, write=False) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        for thread_id in session.exec(select(Thread.id)).all():
            yield judgements(session, thread_id)


@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_what_the_threads_come_to_one_by_one(
    callers: dict[str, Caller], database: Database, people: People, knowledge: Knowledge, seed: int
) -> None:
    fill(database, people, knowledge, seed=seed, cases=8)
    courses = [course for judged in all_judged(database, people) if (course := worked_out(judged))]
    found = report(callers["sam"], "durations")
    steps = curve(Followed(one.days, one.became) for one in courses)
    became = [one for one in courses if one.became]
    assert len(became) >= 5
    assert found["days"]["value"] == median(steps).value
    for point in found["waiting"]:
        expected = still_waiting(steps, point["days"])
        assert (point["value"], point["low"], point["high"]) == (
            round(expected.share, 2),
            round(expected.low, 2),
            round(expected.high, 2),
        )
    share = share_of(sum(one.back for one in became), len(became))
    if not found["back"]["hidden"]:
        assert found["back"]["value"] == round(share.value or 0, 2)


def move(anna: Caller, reference: str, days: int, *codes: str, **more: Any) -> None:
    """Record one thread whose answers change after so many days each time."""
    for number, code in enumerate(codes):
        held_at = START - timedelta(days=80 - days * number)
        anna.record(case={"reference": reference}, answers=code, held_at=held_at, **(more if number else {}))


def test_it_works(callers: dict[str, Caller]) -> None:
    for number, days in enumerate((7, 14, 21, 28, 35, 35)):
        move(callers["anna"], f"case-{number}", days, "nnn", "yyy")
    assert report(callers["sam"], "durations") == {
        "team": None,
        "since": "2025-12-31T23:00:00Z",
        "until": "2026-12-31T23:00:00Z",
        "days": {"value": 21, "low": 7, "high": 35, "hidden": False},
        "waiting": [
            {"days": 30, "value": 0.33, "low": 0.05, "high": 0.68, "hidden": False},
            *(
                {"days": days, "value": 0, "low": 0, "high": 0, "hidden": False}
                for days in (91, 182, 365)
            ),
        ],
        "back": {"value": 0, "low": 0, "high": 0.39, "hidden": False},
    }  # fmt: skip


def hidden(found: Any) -> tuple[bool, bool]:
    assert (found["days"]["value"] is None) >= found["days"]["hidden"]
    assert all(point["hidden"] is found["days"]["hidden"] for point in found["waiting"])
    return found["days"]["hidden"], found["back"]["hidden"]


def test_under_five_nothing_is_estimated(callers: dict[str, Caller]) -> None:
    for number in range(4):
        move(callers["anna"], f"case-{number}", 10, "nnn", "yyy")
    assert hidden(report(callers["sam"], "durations")) == (True, True)


def test_a_share_that_would_tell_of_one_or_two_is_hidden(callers: dict[str, Caller]) -> None:
    move(callers["anna"], "back", 10, "nnn", "yyy", "nnn")
    for number in range(6):
        move(callers["anna"], f"case-{number}", 10, "nnn", "yyy")
    assert hidden(report(callers["sam"], "durations")) == (False, True)


def test_who_is_customer_from_the_start_waited_for_nothing(callers: dict[str, Caller]) -> None:
    for number in range(6):
        move(callers["anna"], f"case-{number}", 10, "yyy", "nnn", "yyy")
    assert hidden(report(callers["sam"], "durations")) == (True, True)


def test_another_assessor_or_better_information_is_no_movement(
    callers: dict[str, Caller], people: People
) -> None:
    for number in range(3):
        move(callers["anna"], f"told-{number}", 10, "nnn", "yyy", change_reason="better_information")
        move(callers["anna"], f"other-{number}", 10, "nnn", "yyy", change_reason="other_assessor")
        move(callers["anna"], f"over-{number}", 10, "nnn")
    for case in callers["anna"].get("/v1/cases?limit=100").json()["items"]:
        if case["reference"].startswith("over"):
            to_bas: dict[str, UUID | str] = {"practitioner_id": str(people.users["bas"].user_id)}
            path = f"/v1/cases/{case['id']}"
            assert callers["anna"].patch(path, to_bas, headers={"If-Match": "*"}).status_code == 200
            callers["bas"].record(case={"reference": case["reference"]}, answers="yyy")
    assert hidden(report(callers["sam"], "durations")) == (True, True)


def test_a_team_and_a_period_narrow_it(callers: dict[str, Caller], people: People) -> None:
    for number in range(6):
        move(callers["anna"], f"case-{number}", 10, "nnn", "yyy")
    sam, north = callers["sam"], people.teams["north"]
    assert hidden(report(sam, "durations", team=north)) == (False, False)
    assert hidden(report(sam, "durations", team=people.teams["south"])) == (True, True)
    assert hidden(report(sam, "durations", until="2026-07-01T00:00:00Z")) == (True, True)
