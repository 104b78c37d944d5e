"""Teams, and tokens for programs."""

import re
from collections.abc import Callable

import pytest

from app.database import Database
from app.models.organisations import ApiToken, Membership, Team, User, UserKind
from app.security import token_hash
from tests.log_rows import lines
from tests.support import Caller, Clock, People, Visitor
from tests.web.administering import TOKEN, form_of, kept_answers, mistakes, rows_of, send

Visit = Callable[[str], Visitor]
TEAMS, TOKENS = "/en/administration/teams", "/en/administration/tokens"
INTAKE = {"name": "intake", "role": "practitioner", "days": "30"}


# ---------------------------------------------------------------- teams


def test_teams_with_how_many_work_there(visitor: Visit) -> None:
    page = visitor("aad").get(TEAMS).text
    assert re.findall(r'<th scope="row">(\w+)</th><td class="num">(\d+)</td>', page) == [
        ("north", "3"),
        ("south", "2"),
    ]


def test_a_team_is_added_and_renamed(visitor: Visit, database: Database) -> None:
    aad = visitor("aad")
    fields = form_of(aad.get(TEAMS).text, TEAMS) | {"name": " west "}
    assert aad.post(TEAMS, fields).headers["location"] == f"{TEAMS}?done=team"
    assert aad.post(TEAMS, fields).status_code == 303
    (west,) = rows_of(database, Team, name="west")
    answer = send(aad, f"{TEAMS}?rename={west.id}", TEAMS, {"name": "east"}, do="rename")
    assert answer.status_code == 303
    assert {team.name for team in rows_of(database, Team)} == {"north", "south", "east"}
    told = lines(database, entity_kind="team", entity_id=west.id)
    assert [(line["event"], line["actor_name"]) for line in told] == [("account:manage", "aad")] * 2


@pytest.mark.parametrize("do", ["add", "rename"])
@pytest.mark.parametrize(
    "case",
    [
        ("south", 409, "There is one of this name already. Nothing was changed."),
        (" ", 400, "Fill this in."),
        ("x" * 201, 400, "At most 200 characters."),
    ],
)
def test_a_wrong_name_comes_back_filled_in(
    visitor: Visit, database: Database, people: People, do: str, case: tuple[str, int, str]
) -> None:
    name, status, message = case
    page = f"{TEAMS}?rename={people.teams['north']}" if do == "rename" else TEAMS
    answer = send(visitor("aad"), page, TEAMS, {"name": name}, do=do)
    assert (answer.status_code, mistakes(answer.text)) == (status, {"name": message})
    assert f'value="{name}"' in answer.text
    assert ("Rename north" in answer.text) == (do == "rename")
    assert {team.name for team in rows_of(database, Team)} == {"north", "south"}


def test_a_query_that_names_no_team_opens_the_ordinary_form(visitor: Visit) -> None:
    assert "Add a team" in visitor("aad").get(f"{TEAMS}?rename=nonsense").text


# ---------------------------------------------------------------- tokens


def test_a_token_is_shown_once_and_works(
    visitor: Visit, database: Database, people: People, callers: dict[str, Caller]
) -> None:
    aad = visitor("aad")
    before = {row.id for row in rows_of(database, ApiToken)}
    fields = form_of(aad.get(TOKENS).text, TOKENS) | INTAKE | {"team": str(people.teams["north"])}
    answer = aad.post(TOKENS, fields)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    (token,) = TOKEN.findall(answer.text)
    again = aad.post(TOKENS, fields)
    assert (again.status_code, again.headers["location"]) == (303, f"{TOKENS}?done=token")
    then = aad.get(again.headers["location"]).text
    assert "It is kept nowhere" in then
    assert token not in again.text + then + kept_answers(database)
    (made,) = [row for row in rows_of(database, ApiToken) if row.id not in before]
    assert (made.token_hash, made.team_id) == (token_hash(token), people.teams["north"])
    assert (made.expires_at - made.created_at).days == 30
    (machine,) = rows_of(database, User, name="intake")
    assert (machine.kind, machine.id) == (UserKind.MACHINE, made.user_id)
    assert Caller(callers["anna"].http.app, token).get("/v1/cases").status_code == 200
    (line,) = lines(database, event="token:manage", entity_kind="token", entity_id=made.id)
    assert line["actor_name"] == "aad"


def test_a_token_acts_as_a_colleague_in_a_role_they_hold(
    visitor: Visit, database: Database, people: People
) -> None:
    sam = {"user": str(people.users["sam"].user_id), "name": "report", "days": "7"}
    for fields, wrong in (
        ({"role": "practitioner"}, "role"),
        ({"role": "supervisor", "team": str(people.teams["south"])}, "role"),
        ({"role": "supervisor", "user": str(people.users["aad"].user_id)}, "user"),
        ({"role": "supervisor", "user": "sam"}, "user"),
    ):
        answer = send(visitor("aad"), TOKENS, TOKENS, sam | fields)
        assert (answer.status_code, {*mistakes(answer.text)}) == (400, {wrong})
    assert rows_of(database, ApiToken, name="report") == []
    assert send(visitor("aad"), TOKENS, TOKENS, sam | {"role": "supervisor"}).status_code == 200
    (made,) = rows_of(database, ApiToken, name="report")
    assert (made.user_id, made.team_id) == (people.users["sam"].user_id, None)


@pytest.mark.parametrize(
    "case",
    [
        ({"name": ""}, 400, {"name"}),
        ({"name": "anna"}, 409, {"name"}),
        ({"days": "0"}, 400, {"days"}),
        ({"days": "367"}, 400, {"days"}),
        ({"days": "soon"}, 400, {"days"}),
        ({"days": ""}, 400, {"days"}),
        ({"role": "admin"}, 400, {"role"}),
        ({"role": "privacy_officer"}, 400, {"role"}),
        ({"role": "supervisor"}, 400, {"team"}),
        ({"team": "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"}, 400, {"team"}),
    ],
)
def test_a_wrong_token_comes_back_filled_in(
    visitor: Visit, database: Database, case: tuple[dict[str, str], int, set[str]]
) -> None:
    changes, status, wrong = case
    before = len(rows_of(database, ApiToken))
    typed = INTAKE | changes
    answer = send(visitor("aad"), TOKENS, TOKENS, typed)
    assert (answer.status_code, {*mistakes(answer.text)}) == (status, wrong)
    for name in ("name", "days"):
        assert re.search(rf'name="{name}"[^>]* value="{typed[name]}"', answer.text)
    assert (len(rows_of(database, ApiToken)), TOKEN.findall(answer.text)) == (before, [])


def test_a_token_is_revoked_from_the_next_call_on(
    visitor: Visit, database: Database, people: People, callers: dict[str, Caller]
) -> None:
    (row,) = rows_of(database, ApiToken, name="anna")
    aad, action = visitor("aad"), f"{TOKENS}/{row.id}/revoke"
    assert callers["anna"].get("/v1/cases").status_code == 200
    assert send(aad, TOKENS, action).headers["location"] == f"{TOKENS}?done=revoked"
    assert callers["anna"].get("/v1/cases").status_code == 401
    assert action not in aad.get(TOKENS).text
    assert aad.post(action).status_code == 303
    (after,) = rows_of(database, ApiToken, name="anna")
    assert after.revoked_at is not None
    assert aad.post(f"{TOKENS}/{people.users['anna'].user_id}/revoke").status_code == 404


def test_how_each_token_stands(visitor: Visit, database: Database, people: People, clock: Clock) -> None:
    send(visitor("aad"), TOKENS, TOKENS, INTAKE | {"days": "15"})
    (held,) = rows_of(database, Membership, user_id=people.users["bas"].user_id)
    send(
        visitor("aad"),
        f"/en/administration/accounts/{held.user_id}",
        f"/en/administration/accounts/{held.user_id}/roles",
        do="remove",
    )

    def stands(name: str) -> str:
        page = visitor("aad").get(TOKENS).text
        rows = re.findall(r'<tr><th scope="row">(\w+)</th>(.*?)</tr>', page, re.DOTALL)
        found = re.findall(r"<td>(.*?)</td>", dict(rows)[name], re.DOTALL)
        return re.sub(r"<[^>]*>", "", found[4])

    assert (stands("intake"), stands("bas"), stands("anna")) == (
        "Works",
        "Does not work: the role is gone",
        "Works",
    )
    assert "within two weeks" not in visitor("aad").get(TOKENS).text
    clock.forward(days=1)
    assert stands("intake") == "Ends soon"
    assert "One token ends within two weeks." in visitor("aad").get(TOKENS).text
    clock.forward(days=14)
    assert stands("intake") == "Expired"
