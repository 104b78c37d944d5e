"""What tests of second opinions do: something to judge, and every step by way of the API."""

from datetime import timedelta
from typing import Any

from app.database import Database, OrganisationSession, transaction
from app.domain.roles import Role
from app.models.organisations import UserKind
from app.services.organisations import Account, TokenOrder, add_user, create_token
from app.services.work import Actor
from tests.support import START, Caller, People, answers

NOTE = "Spoke at length."


def add_supervisor(database: Database, people: People, name: str) -> None:
    """Make somebody a supervisor of team north, also somebody who has another role already."""
    team, organisation = people.teams["north"], people.organisation
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, organisation.id) as session,
    ):
        account = Account(name, UserKind.PERSON, Role.SUPERVISOR, team)
        user = add_user(session, organisation.id, account, START)
        order = TokenOrder(f"{name} supervises", Role.SUPERVISOR, 366, user=name)
        people.tokens[f"{name} supervises"] = create_token(session, organisation, order, START)
        people.users[f"{name} supervises"] = Actor(organisation.id, user.id, name, Role.SUPERVISOR, (team,))
        session.flush()


def record(caller: Caller, **changes: Any) -> dict[str, Any]:
    """Record what there is to ask about: with words of the person, and with what only we think of it."""
    found: dict[str, Any] = caller.record(
        **{
            "concern": {"reference": "signing", "wording": "learning to sign"},
            "participant": {"reference": "mother", "role": "parent"},
            "own_words": {"problem": "He hits."},
            "judged_type": "customer",
            "judged_reason": "She practises at home.",
            "note": NOTE,
            "scales": {"progress": 4},
            "task_given": "observation",
            "held_at": START - timedelta(days=1),
            **changes,
        }
    )
    return found


def ask(caller: Caller, people: People, assessment_id: str, who: str = "sam") -> Any:
    body = {"supervisor_id": str(people.users[who].user_id)}
    return caller.post(f"/v1/assessments/{assessment_id}/second-opinions", body)


def asked(caller: Caller, people: People, assessment_id: str, who: str = "sam") -> dict[str, Any]:
    response = ask(caller, people, assessment_id, who)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    assert response.headers["Location"] == f"/v1/second-opinions/{found['id']}"
    return found


def give(caller: Caller, opinion_id: str, code: str = "mnn", **besides: Any) -> Any:
    return caller.post(f"/v1/second-opinions/{opinion_id}/answers", {"answers": answers(code), **besides})


def withdraw(caller: Caller, opinion_id: str) -> Any:
    return caller.post(f"/v1/second-opinions/{opinion_id}/withdrawals", {})


def read(caller: Caller, opinion_id: str) -> dict[str, Any]:
    response = caller.get(f"/v1/second-opinions/{opinion_id}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def correct(caller: Caller, assessment_id: str, code: str, **besides: Any) -> Any:
    body = {"answers": answers(code), "reason": "Misheard.", **besides}
    return caller.post(f"/v1/assessments/{assessment_id}/corrections", body, headers={"If-Match": "*"})
