"""GET /v1/access-events and /v1/clients/{case_reference}/access-events: who saw what."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.database import Database, OrganisationSession, transaction
from app.domain.access_log import DEEDS, Action, Basis, Outcome
from app.domain.roles import Permission, Role
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.models.organisations import UserKind
from app.services.access_reads import AccessEventQuery, ClientAccessQuery, list_events, tell_client
from app.services.trail import Trail
from app.services.work import Work
from tests.log_rows import lines, write_events
from tests.support import START, Caller, Clock, People

ADDRESS = "/v1/access-events"
CASE, OTHER = UUID(int=1), UUID(int=2)
AT = [START + timedelta(minutes=n) for n in range(6)]


@pytest.fixture
def events(database: Database, people: People) -> list[str]:
    """Six lines, the oldest first; two were written in the same moment."""
    bas = people.users["bas"].user_id
    return [
        str(id_)
        for id_ in write_events(
            database,
            people,
            {"recorded_at": AT[0], "cases": [CASE]},
            {"recorded_at": AT[1], "cases": [CASE, OTHER], "event": "thread:read"},
            {"recorded_at": AT[1], "actor_id": bas},
            {
                "recorded_at": AT[2],
                "actor_id": bas,
                "outcome": Outcome.DENIED,
                "reason": "not-found",
                "cases": [CASE],
            },
            {
                "recorded_at": AT[3],
                "event": "command:backup",
                "action": Action.EXECUTE,
                "actor_id": None,
                "actor_kind": UserKind.MACHINE,
                "role": None,
                "basis": Basis.MACHINE,
            },
            {"recorded_at": AT[4], "cases": [OTHER]},
        )
    ]


@pytest.fixture
def petra(callers: dict[str, Caller]) -> Caller:
    """The privacy officer."""
    return callers["petra"]


def found(caller: Caller, **query: Any) -> list[str]:
    # Everything before the clock: what this test itself looked at stands in the log as well.
    response = caller.get(ADDRESS, params={"until": (START + timedelta(days=1)).isoformat()} | query)
    assert response.status_code == 200, response.text
    return [one["id"] for one in response.json()["items"]]


@pytest.fixture(autouse=True)
def _later(clock: Clock) -> None:
    clock.forward(days=2)


def test_a_line_has_everything_a_reader_needs(anna: Caller, petra: Caller, people: People) -> None:
    recorded = anna.record()
    headers = {
        "X-Acting-User": "employee-17",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "X-Request-Id": "request-of-this-test",
    }
    anna.get(f"/v1/cases/{recorded['case_id']}", headers=headers)
    first = petra.get(ADDRESS).json()["items"][0]
    assert UUID(first.pop("id")).version == 7
    assert first.pop("number") > 1
    assert UUID(first.pop("token_id"))
    assert first == {
        "recorded_at": "2026-11-22T09:00:00Z",
        "event": "case:read",
        "action": "R",
        "outcome": "granted",
        "reason": None,
        "actor_id": str(people.users["anna"].user_id),
        "actor_kind": "person",
        "actor_name": "anna",
        "role": "practitioner",
        "team_id": str(people.teams["north"]),
        "on_behalf_of": "employee-17",
        "basis": "assignment",
        "emergency": False,
        "entity_kind": "case",
        "entity_id": recorded["case_id"],
        "application": "anna",
        "address": "testclient",
        "request_id": "request-of-this-test",
        "traceparent": headers["traceparent"],
        "cases": [recorded["case_id"]],
    }


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ({}, [5, 4, 3, 2, 1, 0]),
        ({"case": CASE}, [3, 1, 0]),
        ({"case": OTHER}, [5, 1]),
        ({"case": uuid4()}, []),
        ({"event": "case:read"}, [5, 3, 2, 0]),
        ({"event": "command:backup"}, [4]),
        ({"outcome": "denied"}, [3]),
        ({"outcome": "granted", "case": CASE}, [1, 0]),
        ({"since": AT[2].isoformat()}, [5, 4, 3]),
        ({"until": AT[2].isoformat()}, [2, 1, 0]),
        ({"since": AT[1].isoformat(), "until": AT[2].isoformat()}, [2, 1]),
        ({"case": CASE, "since": AT[1].isoformat()}, [3, 1]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_filters_narrow_the_log_and_pages_follow_each_other(
    petra: Caller, events: list[str], query: dict[str, Any], which: list[int], limit: int
) -> None:
    until = {"until": (START + timedelta(days=1)).isoformat()}
    response = petra.get(ADDRESS, params={"limit": limit} | until | query).json()
    seen = [one["id"] for one in response["items"]]
    while response["next"]:
        response = petra.get(response["next"]).json()
        assert 1 <= len(response["items"]) <= limit
        seen += [one["id"] for one in response["items"]]
    assert seen == [events[place] for place in which]


def test_users_narrow_the_log(petra: Caller, events: list[str], people: People) -> None:
    assert found(petra, user=people.users["bas"].user_id) == [events[3], events[2]]
    assert found(petra, user=people.users["bas"].user_id, case=CASE) == [events[3]]
    assert found(petra, user=people.users["chris"].user_id) == []


@pytest.mark.parametrize(
    "query", ["event=case:eat", "outcome=maybe", "case=no-id", "user=no-id", "since=yesterday", "q=x"]
)
def test_what_cannot_be_right_is_refused(petra: Caller, query: str) -> None:
    assert petra.get(f"{ADDRESS}?{query}").status_code == 400


def test_looking_is_itself_written_down(
    petra: Caller, database: Database, events: list[str], people: People
) -> None:
    anna = people.users["anna"].user_id
    for query, entity, cases in (
        ({"case": str(CASE)}, ("client", CASE), {CASE, OTHER}),
        ({"user": str(anna)}, ("user", anna), {CASE, OTHER}),
        ({"event": "command:backup"}, (None, None), set()),
    ):
        found(petra, **query)
        line = lines(database, event="access:read")[-1]
        assert (line["entity_kind"], line["entity_id"]) == entity
        assert line["cases"] == cases
    assert len(lines(database, event="access:read")) == 3
    assert len(events) == 6


def test_what_an_erased_client_leaves_is_found_by_its_id(petra: Caller, events: list[str]) -> None:
    # CASE is no case that exists: the log keeps the random id only.
    assert found(petra, case=CASE)[0] == events[3]


# ---------------------------------------------------------------- indexes


def plan_of(database: Database, people: People, knowledge: Knowledge, query: AccessEventQuery) -> str:
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        seen = []
        execute = session.exec

        def explain(statement: Any, **options: Any) -> Any:
            compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
            prefix = "EXPLAIN QUERY PLAN" if database.is_embedded else "EXPLAIN"
            if "FROM access_event" in str(compiled):
                if not database.is_embedded:
                    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
                rows = connection.exec_driver_sql(f"{prefix} {compiled}".replace("%", "%%")).all()
                seen.append("\n".join(" ".join(map(str, row)) for row in rows))
            return execute(statement, **options)

        session.exec = explain  # type: ignore[method-assign]
        petra = people.users["petra"]
        work = Work(session, petra, START, Language.NL, knowledge, Trail(Permission.READ_ACCESS_LOG))
        list_events(work, query)
    return seen[0]


@pytest.mark.parametrize(
    "narrowed", [{}, {"user": "anna"}, {"case": CASE}, {"since": AT[0]}], ids=["all", "user", "case", "since"]
)
def test_a_page_is_found_by_an_index(
    database: Database,
    people: People,
    knowledge: Knowledge,
    events: list[str],
    narrowed: dict[str, Any],
) -> None:
    assert events
    if "user" in narrowed:
        narrowed = {"user": people.users["anna"].user_id}
    plan = plan_of(database, people, knowledge, AccessEventQuery(limit=2, **narrowed))
    assert "SCAN" not in plan
    assert "Seq Scan" not in plan
    if "case" in narrowed:
        assert "ix_accessed_client_organisation_id_case_id" in plan
    else:
        assert "ix_access_event_organisation_id_" in plan
        assert "TEMP B-TREE" not in plan
        assert "Sort" not in plan


# ---------------------------------------------------------------- for the client


def told_to(caller: Caller, reference: str = "2026-0042", **query: Any) -> Any:
    response = caller.get(f"/v1/clients/{reference}/access-events", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def test_a_client_is_told_in_plain_words(
    callers: dict[str, Caller], anna: Caller, petra: Caller, clock: Clock, people: People
) -> None:
    case_id = anna.record()["case_id"]
    clock.forward(minutes=1)
    assert callers["bas"].get(f"/v1/cases/{case_id}").status_code == 404
    clock.forward(minutes=1)
    assert callers["sam"].get(f"/v1/cases/{case_id}/threads").status_code == 200
    petra.http.headers["Accept-Language"] = "nl"
    body = told_to(petra)
    first = {
        "when": "2026-11-22T09:02:00Z",
        "organisation": "First",
        "role": "een leidinggevende",
        "what": "Een leidinggevende van First heeft het verloop bekeken.",
        "why": "Het dossier hoort bij het team van deze medewerker.",
        "emergency": False,
        "refused": False,
        "name": None,
    }
    refused = {
        "when": "2026-11-22T09:01:00Z",
        "organisation": "First",
        "role": "een hulpverlener",
        "what": "Een hulpverlener van First wilde dossiers lezen. Dat is geweigerd.",
        "why": "Dit mocht niet, dus er is niets getoond of veranderd.",
        "emergency": False,
        "refused": True,
        "name": None,
    }
    assert body["items"][:2] == [first, refused]
    assert body["items"][2]["what"] == "Een hulpverlener van First heeft een inschatting vastgelegd."
    assert body["explanation"].startswith("Hier staat wie dit dossier heeft gezien")
    assert body["next"] is None
    assert not {name for name in people.users if name in str(body).lower().split()}


def test_names_are_told_when_asked_for_and_looking_is_told_as_well(
    anna: Caller, petra: Caller, database: Database
) -> None:
    case_id = UUID(anna.record()["case_id"])
    assert [item["name"] for item in told_to(petra, names=True)["items"]] == ["anna"]
    line = lines(database)[-1]
    assert (line["event"], line["entity_kind"], line["entity_id"]) == ("access:read", "client", case_id)
    assert line["cases"] == {case_id}
    told = told_to(petra, names=True)["items"][0]
    assert told["what"] == "A privacy officer of First has checked who saw the file."
    assert (told["name"], told["why"]) == ("petra", "This belongs to the office.")


def test_a_command_and_a_program_are_told_as_what_they_are(
    anna: Caller, petra: Caller, database: Database, people: People
) -> None:
    case_id = UUID(anna.record()["case_id"])
    by_hand = {"actor_id": None, "actor_kind": UserKind.MACHINE, "role": None, "basis": Basis.MACHINE}
    write_events(
        database,
        people,
        {"event": "command:export", "cases": [case_id], **by_hand},
        {"actor_kind": UserKind.MACHINE, "role": Role.PRACTITIONER, "cases": [case_id]},
    )
    program, command = told_to(petra)["items"][-2:]
    assert command["role"] == "somebody who looks after the computer"
    assert command["what"] == "Somebody who looks after the computer of First has made a copy of the file."
    assert program["what"] == ("A program of First, in the role of a practitioner, has looked at the case.")


def test_another_client_is_not_told_of_and_an_unknown_one_is_not_there(anna: Caller, petra: Caller) -> None:
    anna.record()
    anna.record(case={"reference": "2026-0043"})
    assert len(told_to(petra, limit=100)["items"]) == 1
    assert petra.get("/v1/clients/2026-0044/access-events").status_code == 404


def test_pages_of_a_client_follow_each_other(anna: Caller, petra: Caller, clock: Clock) -> None:
    for _ in range(3):
        anna.record()
        clock.forward(minutes=1)
    until = clock.now.isoformat()
    whens = [item["when"] for item in told_to(petra, until=until)["items"]]
    body, seen = told_to(petra, until=until, limit=1), []
    while True:
        seen += [item["when"] for item in body["items"]]
        if body["next"] is None:
            break
        body = petra.get(body["next"]).json()
    assert seen == whens
    assert len(seen) == 3


@pytest.mark.parametrize("language", Language)
def test_every_kind_of_line_can_be_told(
    database: Database, people: People, knowledge: Knowledge, anna: Caller, language: Language
) -> None:
    case_id = UUID(anna.record()["case_id"])
    write_events(database, people, *({"event": event, "cases": [case_id]} for event in DEEDS))
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        petra = people.users["petra"]
        work = Work(session, petra, START, language, knowledge, Trail(Permission.READ_ACCESS_LOG))
        told = tell_client(work, "2026-0042", ClientAccessQuery(limit=100)).rows
    assert len({one.what for one in told}) == len(DEEDS) - 1
