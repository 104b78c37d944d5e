"""Reports: what is counted is what is listed, and what is small stays hidden."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from app.database import Database
from app.knowledge import Knowledge
from tests.api.reporting import counts_in, fill, listed, report
from tests.support import START, Caller, Clock, People

TYPES = ("visitor", "complainant", "customer", None)


@pytest.fixture
def sam(callers: dict[str, Caller], database: Database, people: People, knowledge: Knowledge) -> Caller:
    """A supervisor of two teams with a history."""
    fill(database, people, knowledge, seed=5)
    return callers["sam"]


def teams(people: People) -> list[Any]:
    return [None, *people.teams.values()]


@pytest.fixture
def busy(callers: dict[str, Caller], database: Database, people: People, knowledge: Knowledge) -> Caller:
    """The same with so much that most counts can be shown."""
    fill(database, people, knowledge, seed=5, cases=14)
    return callers["sam"]


def test_every_count_of_a_period_lists_exactly_its_rows(busy: Caller, people: People) -> None:
    sam, shown = busy, 0
    for team in teams(people):
        for since in (None, "2026-10-01T00:00:00+02:00"):
            found = report(sam, "transitions", team=team, since=since, assessor="true", information="true")
            for one in counts_in(found):
                # Of what is zero, one of the six reports is enough.
                if not one["hidden"] and (one["count"] or since is None is team):
                    rows = listed(sam, one["query"])
                    assert len(rows) == one["count"] == one["least"] == one["most"]
                    assert_fits(rows, one)
                    shown += one["count"] > 0
    assert shown > 40


def assert_fits(rows: list[dict[str, Any]], one: dict[str, Any]) -> None:
    for row in rows:
        assert all(row[name] == one[name] for name in ("from", "to") if name in one)
        assert one.get("question", "problem") in row["changed_answers"] or "question" not in one


def test_every_count_of_a_caseload_lists_exactly_its_rows(busy: Caller, people: People) -> None:
    sam, shown = busy, 0
    for team in teams(people):
        for days in (None, 7):
            at = days and (START - timedelta(days=days)).isoformat()
            found = report(sam, "caseload", team=team, at=at)
            for one in counts_in(found):
                if not one["hidden"]:
                    rows = listed(sam, one["query"])
                    assert len(rows) == one["count"]
                    shown += one["count"] > 0
                    for row in rows:
                        kind = one.get("relationship_type", row["relationship_type"])
                        assert row["relationship_type"] == kind
                        assert row["clarity"] == one.get("clarity", row["clarity"])
                        if "question" in one:
                            assert row["answers"][one["question"]] == one["answer"]
                        if "signal" in one:
                            assert one["signal"] in signals_of(sam, row)
    assert shown > 25


def signals_of(sam: Caller, row: dict[str, Any]) -> set[str]:
    thread = sam.get(f"/v1/threads/{row['id']}").json()
    return {one["kind"] for one in thread["signals"]}


def test_the_kinds_of_steps_together_are_all_steps(sam: Caller) -> None:
    everything = Counter(
        (row["from"], row["to"]) for row in listed(sam, "/v1/transitions?since=2026-01-01T00:00:00%2B01:00")
    )
    found = report(sam, "transitions", assessor="true", information="true")
    for before in TYPES:
        for after in TYPES:
            same = [
                cell
                for kind in ("matrix", "assessor", "information")
                for cell in found[kind]["cells"]
                if (cell["from"], cell["to"]) == (before, after)
            ]
            assert len(same) == 3
            assert sum(cell["least"] for cell in same) <= everything[before, after]
            assert everything[before, after] <= sum(cell["most"] for cell in same)


def test_what_is_no_movement_is_left_out_unless_asked_for(sam: Caller) -> None:
    plain = report(sam, "transitions")
    assert plain["assessor"] is None
    assert plain["information"] is None
    everything = report(sam, "transitions", assessor="true", information="true")
    assert everything["matrix"] == plain["matrix"]
    assert everything["assessor"]["total"]["least"] > 0
    assert everything["information"]["total"]["least"] > 0


def test_a_caseload_at_this_moment_is_that_of_now(sam: Caller, people: People) -> None:
    for team in teams(people):
        now, then = (report(sam, "caseload", team=team, at=at) for at in (None, START.isoformat()))
        assert then.pop("signals") is None
        assert len(now.pop("signals")) == 8
        for one, other in zip(counts_in(now), counts_in(then), strict=True):
            assert {**one, "query": ""} == {**other, "query": ""}


def test_threads_stand_in_the_past_as_each_of_them_says(sam: Caller) -> None:
    for days in (0, 1, 5, 59, 100):
        at = (START - timedelta(days=days)).isoformat().replace("+", "%2B")
        for row in listed(sam, f"/v1/threads?at={at}"):
            current = sam.get(f"/v1/threads/{row['id']}?at={at}").json()["current"]
            assert current["assessment_id"] == row["assessment_id"]
            assert all(
                current[name] == row[name]
                for name in ("relationship_type", "clarity", "provisional", "perspective")
            )


def test_a_case_that_was_closed_later_was_open_then(callers: dict[str, Caller], clock: Clock) -> None:
    anna, sam = callers["anna"], callers["sam"]
    case_id = anna.record()["case_id"]
    moments = [clock.now.isoformat()]
    for change in (
        {"status": "closed", "closing_answer": "She knows whom to call."},
        {"status": "open"},
    ):
        clock.forward(days=1)
        assert anna.patch(f"/v1/cases/{case_id}", change, headers={"If-Match": "*"}).status_code == 200
        moments.append(clock.now.isoformat())
    open_then = [
        len(listed(sam, f"/v1/threads?status=open&at={moment.replace('+', '%2B')}")) for moment in moments
    ]
    assert open_then == [1, 0, 1]


# ---------------------------------------------------------------- small counts


def steps(anna: Caller, many: int, reference: str, *, codes: tuple[str, str] = ("nnn", "yyy")) -> None:
    for number in range(many):
        for code in codes:
            anna.record(case={"reference": f"{reference}-{number}"}, answers=code)


def test_a_period_hides_what_is_under_five(callers: dict[str, Caller]) -> None:
    steps(callers["anna"], 6, "a")
    steps(callers["anna"], 3, "b", codes=("yyn", "yyy"))
    found = report(callers["sam"], "transitions")["matrix"]
    cells = {(cell["from"], cell["to"]): cell for cell in found["cells"]}
    assert cells["visitor", "customer"]["count"] == 6
    assert cells["visitor", "visitor"]["count"] == 0
    hidden = cells["complainant", "customer"]
    assert (hidden["count"], hidden["hidden"], hidden["query"]) == (None, True, None)
    assert (hidden["least"], hidden["most"]) == (1, 4)
    (row,) = (row for row in found["rows"] if row["from"] == "visitor")
    assert row["count"] == 6
    assert (found["total"]["count"], found["total"]["least"], found["total"]["most"]) == (None, 7, 10)


def test_a_caseload_hides_one_beside_what_is_under_five(callers: dict[str, Caller]) -> None:
    anna = callers["anna"]
    for number in range(17):
        code = "yyy" if number < 9 else "nnn" if number < 15 else "yyn"
        anna.record(case={"reference": f"case-{number}"}, answers=code)
    found = report(callers["sam"], "caseload")
    assert found["threads"]["count"] == 17
    types = {one["relationship_type"]: (one["count"], one["least"], one["most"]) for one in found["types"]}
    assert types == {
        "customer": (9, 9, 9),
        "visitor": (None, 1, None),
        "complainant": (None, 1, None),
        None: (0, 0, 0),
    }
    clear = next(one for one in found["clarities"] if one["clarity"] == "clear")
    assert clear["count"] == 17


def test_all_teams_show_no_more_than_each_of_them(sam: Caller, people: People) -> None:
    whole = report(sam, "transitions")["matrix"]
    each = [report(sam, "transitions", team=team)["matrix"] for team in people.teams.values()]
    for place, cell in enumerate(whole["cells"]):
        parts = [one["cells"][place] for one in each]
        assert cell["hidden"] is any(one["hidden"] for one in parts)
        assert cell["least"] == sum(one["least"] for one in parts)
        assert cell["most"] == sum(one["most"] for one in parts)


# ---------------------------------------------------------------- who, and what not


def test_a_report_of_one_practitioner_is_refused_with_the_reason(
    callers: dict[str, Caller], people: People
) -> None:
    for which in ("transitions", "caseload", "durations"):
        who = people.users["anna"].user_id
        response = callers["sam"].get(f"/v1/reports/{which}?practitioner={who}")
        assert response.status_code == 400
        (error,) = response.json()["errors"]
        assert error["code"] == "no_ranking"
        assert error["detail"].startswith("A report is never about one practitioner")
        assert str(who) not in response.text


def test_a_practitioner_has_no_report(callers: dict[str, Caller]) -> None:
    assert callers["anna"].get("/v1/reports/caseload").status_code == 403


def test_another_team_is_empty_and_no_secret(callers: dict[str, Caller], people: People) -> None:
    callers["chris"].record()
    found = report(callers["sam"], "caseload", team=people.teams["south"])
    assert found["threads"]["count"] == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("since=2026-06-01T00:00:00Z&until=2026-01-01T00:00:00Z", "ends_before_it_begins"),
        ("since=1999-06-01T00:00:00Z", "too_long"),
        ("assessor=maybe", "not_an_option"),
        ("since=yesterday", "not_a_moment"),
        ("colour=red", "unknown_field"),
    ],
)
def test_a_wrong_question_is_refused(callers: dict[str, Caller], query: str, code: str) -> None:
    response = callers["sam"].get(f"/v1/reports/transitions?{query}")
    assert response.status_code == 400
    assert [one["code"] for one in response.json()["errors"]] == [code]


@pytest.mark.parametrize(
    "address",
    ["transitions?was=yes", "transitions?became=no", "threads?answer=no", "threads?question=problem"],
)
def test_an_answer_needs_its_question(anna: Caller, address: str) -> None:
    response = anna.get(f"/v1/{address}")
    assert response.status_code == 400
    assert [one["code"] for one in response.json()["errors"]] == ["question_missing"]


def test_a_signal_is_one_of_now(anna: Caller) -> None:
    response = anna.get("/v1/threads?signal=stuck&at=2026-01-01T00:00:00Z")
    assert response.status_code == 400
    assert [one["code"] for one in response.json()["errors"]] == ["signal_of_now"]
