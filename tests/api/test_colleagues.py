"""Who the colleagues and the teams are."""

from unittest.mock import ANY

from app.database import Database
from tests.support import Caller, People, make_people


def test_colleagues_with_their_roles_and_teams(anna: Caller, people: People) -> None:
    users = anna.get("/v1/users").json()["items"]
    assert [user["name"] for user in users] == sorted(people.users)
    assert users[1] == {
        "id": str(people.users["anna"].user_id),
        "name": "anna",
        "kind": "person",
        "roles": ["practitioner"],
        "teams": [{"id": str(people.teams["north"]), "name": "north"}],
    }
    assert users[0] == {"id": ANY, "name": "aad", "kind": "person", "roles": ["admin"], "teams": []}


def test_teams_by_name(anna: Caller, people: People) -> None:
    assert anna.get("/v1/teams").json()["items"] == [
        {"id": str(people.teams[name]), "name": name} for name in ("north", "south")
    ]


def test_another_organisation_stays_out_of_sight(anna: Caller, people: People, database: Database) -> None:
    others = make_people(database, "second")
    ids = {user["id"] for user in anna.get("/v1/users").json()["items"]}
    assert ids == {str(actor.user_id) for actor in people.users.values()}
    assert not ids & {str(actor.user_id) for actor in others.users.values()}
