"""The administrator looks after accounts, the privacy officer looks along."""

import re
from collections.abc import Callable

import pytest

from app.database import Database
from app.domain.roles import Role
from app.models.logins import LinkKind, RecoveryCode, SignInLink
from app.models.organisations import ApiToken, Membership, Team, User
from app.security import token_hash
from tests.accounts import PASSWORD, account, hidden_fields, link_for, make_account
from tests.log_rows import lines
from tests.support import START, Caller, Clock, People, Visitor, make_people
from tests.web.administering import (
    LINK,
    add_colleague,
    form_of,
    is_signed_in,
    kept_answers,
    mistakes,
    rows_of,
    send,
)

Visit = Callable[[str], Visitor]
NEW = "/en/administration/invite"
MIEN = {"name": "Mien", "login": "Mien@Example.org", "role": "trainer"}


LISTS = ("/en/administration/teams", "/en/administration/tokens")


def path_of(people: People, name: str, part: str = "") -> str:
    return f"/en/administration/accounts/{people.users[name].user_id}{part}"


# ---------------------------------------------------------------- the list


def test_colleagues_with_how_they_stand(visitor: Visit, database: Database, people: People) -> None:
    make_account(database, people, "anna")
    make_account(database, people, "bas", password=False, factor=False)
    page = visitor("aad").get("/en/administration").text
    rows = dict(re.findall(r'<tr><th scope="row"><a[^>]*>(\w+)</a></th>(.*?)</tr>', page, re.DOTALL))
    assert set(rows) == set(people.users)
    for name, words in {
        "anna": ("anna@example.org", "Practitioner, north", "Active", "On", "Never"),
        "bas": ("bas@example.org", "Practitioner, north", "Invited", "Not set up"),
        "petra": ("Privacy officer", "No account"),
    }.items():
        assert [word for word in words if word not in rows[name]] == []


def test_colleagues_by_how_they_stand(visitor: Visit, database: Database, people: People) -> None:
    make_account(database, people, "anna")
    aad = visitor("aad")

    def shown(state: str) -> set[str]:
        page = aad.get(f"/en/administration?state={state}").text
        return {*re.findall(r'<a class="row-link"[^>]*>(\w+)</a>', page)}

    assert shown("active") == {"anna"}
    assert shown("none") == {*people.users} - {"anna"}
    assert shown("machine") == set()
    assert shown("nonsense") == {*people.users}
    assert "Nobody stands like this now." in aad.get("/en/administration?state=blocked").text


def test_the_privacy_officer_sees_and_changes_nothing(
    visitor: Visit, database: Database, people: People
) -> None:
    make_account(database, people, "anna")
    petra = visitor("petra")
    for path in ("/en/administration", path_of(people, "anna"), *LISTS):
        page = petra.get(path)
        assert page.status_code == 200
        forms = re.findall(r'<form method="post" action="(/en/administration[^"]*)"', page.text)
        assert forms == []
    assert "Invite a colleague" not in petra.get("/en/administration").text


READS = ["", "/invite", "/teams", "/tokens", "/accounts/{id}"]
WRITES = {
    "/invite": ({"aad"}, MIEN),
    "/teams": ({"aad"}, {"name": "west", "do": "add"}),
    "/tokens": ({"aad"}, {"name": "p", "role": "practitioner", "days": "1"}),
    "/tokens/{id}/revoke": ({"aad"}, {}),
    "/accounts/{id}/link": ({"aad"}, {}),
    "/accounts/{id}/block": ({"aad"}, {"do": "block"}),
    "/accounts/{id}/roles": ({"aad"}, {"do": "add", "role": "trainer"}),
    "/accounts/{id}/sessions": ({"aad"}, {}),
    "/accounts/{id}/second-step": ({"aad"}, {"do": "ask"}),
    "/accounts/{id}/second-step/allow": ({"petra"}, {"do": "grant"}),
}


def test_only_the_offices_come_in(visitor: Visit, people: People) -> None:
    id_ = people.users["anna"].user_id
    for name in ("anna", "sam", "tess"):
        somebody = visitor(name)
        assert "/en/administration" not in somebody.get("/en/").text
        for path in READS:
            assert somebody.get(f"/en/administration{path.format(id=id_)}").status_code == 403
    assert 'href="/en/administration"' in visitor("aad").get("/en/").text
    petra = visitor("petra")
    assert [petra.get(f"/en/administration{path.format(id=id_)}").status_code for path in READS] == [
        *(200, 403, 200, 200, 200)
    ]
    answer = visitor("nobody").get("/en/administration")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/en/sign-in?next=%2Fen%2Fadministration",
    )


def test_only_who_may_changes_something(visitor: Visit, database: Database, people: People) -> None:
    id_ = people.users["anna"].user_id
    before = [len(rows_of(database, kind)) for kind in (User, Membership, ApiToken, SignInLink)]
    for path, (may, fields) in WRITES.items():
        for name in {"anna", "sam", "tess", "aad", "petra"} - may:
            answer = visitor(name).post(f"/en/administration{path.format(id=id_)}", fields)
            assert answer.status_code == 403, (path, name)
            assert "Your role does not let you" in answer.text
        assert visitor("nobody").post(f"/en/administration{path.format(id=id_)}", fields).status_code == 401
    assert [len(rows_of(database, kind)) for kind in (User, Membership, ApiToken, SignInLink)] == before


def test_somebody_of_another_organisation_is_not_there(
    visitor: Visit, database: Database, people: People
) -> None:
    other = make_people(database, "second").users["anna"].user_id
    team = make_people_team(database)
    for name in ("aad", "petra"):
        page = visitor(name).get(f"/en/administration/accounts/{other}")
        assert (page.status_code, "Not found" in page.text) == (404, True)
    for path, (may, fields) in WRITES.items():
        if "{id}" in path:
            (name,) = may
            answer = visitor(name).post(f"/en/administration{path.format(id=other)}", fields)
            assert answer.status_code == 404, path
    answer = visitor("aad").post("/en/administration/invite", MIEN | {"role": "practitioner", "team": team})
    assert mistakes(answer.text) == {"team": "Choose from the list."}
    answer = visitor("aad").post("/en/administration/teams", {"name": "west", "do": "rename", "id": team})
    assert answer.status_code == 404
    assert people.organisation.id is not None


def make_people_team(database: Database) -> str:
    return str(make_people(database, "third").teams["north"])


# ---------------------------------------------------------------- inviting


def test_an_invitation_is_shown_once(visitor: Visit, database: Database, people: People) -> None:
    aad = visitor("aad")
    fields = form_of(aad.get(NEW).text, NEW) | MIEN
    answer = aad.post(NEW, fields)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    (token,) = LINK.findall(answer.text)
    assert f"http://localhost/en/welcome/{token}" in answer.text
    (user,) = rows_of(database, User, name="Mien")
    again = aad.post(NEW, fields)
    assert again.status_code == 303
    assert again.headers["location"] == f"/en/administration/accounts/{user.id}?done=link"
    then = aad.get(again.headers["location"])
    assert "It is kept nowhere" in then.text
    for page in (again, then, aad.get("/en/administration")):
        assert LINK.findall(page.text + str(page.headers)) == []
    assert token not in kept_answers(database)
    (link,) = rows_of(database, SignInLink, user_id=user.id)
    assert (link.token_hash, link.kind) == (token_hash(token), LinkKind.INVITATION)
    assert (link.expires_at - START).days == 7
    assert link.created_by_id == people.users["aad"].user_id
    (held,) = rows_of(database, Membership, user_id=user.id)
    assert (held.role, held.team_id) == (Role.TRAINER, None)


def test_an_invitation_with_a_team(visitor: Visit, database: Database, people: People) -> None:
    team = people.teams["south"]
    answer = send(visitor("aad"), NEW, NEW, MIEN | {"role": "supervisor", "team": str(team)})
    assert answer.status_code == 200
    (user,) = rows_of(database, User, name="Mien")
    (held,) = rows_of(database, Membership, user_id=user.id)
    assert (held.role, held.team_id) == (Role.SUPERVISOR, team)
    (line,) = lines(database, event="account:manage", entity_kind="account", entity_id=user.id)
    assert (line["actor_name"], str(line["outcome"])) == ("aad", "granted")
    page = visitor("aad").get(f"/nl/beheer/accounts/{user.id}").text
    assert "mien@example.org" in page
    assert "Uitgenodigd" in page


@pytest.mark.parametrize(
    "case",
    [
        ({"name": " "}, 400, {"name": "Fill this in."}),
        ({"name": "x" * 201}, 400, {"name": "At most 200 characters."}),
        (
            {"name": "Mien 111222333"},
            400,
            {
                "name": "There is a number here that can be a citizen number (BSN). We never record one: "
                "take it out."
            },
        ),
        (
            {"login": "mien"},
            400,
            {"login": "This is no e-mail address. An e-mail address is for example name@organisation.nl."},
        ),
        ({"role": ""}, 400, {"role": "Fill this in."}),
        ({"role": "king"}, 400, {"role": "Choose from the list."}),
        ({"team": "north"}, 400, {"team": "Choose from the list."}),
        (
            {"role": "supervisor"},
            400,
            {"team": "Choose a team: without a team a supervisor sees nothing."},
        ),
        ({"name": "anna"}, 409, {"name": "There is one of this name already. Nothing was changed."}),
        (
            {"name": "", "login": "", "role": ""},
            400,
            dict.fromkeys(("name", "login", "role"), "Fill this in."),
        ),
    ],
)
def test_a_wrong_invitation_comes_back_filled_in(
    visitor: Visit, database: Database, case: tuple[dict[str, str], int, dict[str, str]]
) -> None:
    changes, status, fields = case
    answer = send(visitor("aad"), NEW, NEW, MIEN | changes)
    assert (answer.status_code, mistakes(answer.text)) == (status, fields)
    typed = (MIEN | changes)["login"]
    assert f'value="{typed}"' in answer.text
    assert 'id="errors"' in answer.text
    assert rows_of(database, User, name="Mien") == []
    assert rows_of(database, SignInLink) == []


def test_a_team_goes_with_some_roles_only(visitor: Visit, people: People) -> None:
    team = str(people.teams["north"])
    answer = send(visitor("aad"), NEW, NEW, MIEN | {"role": "admin", "team": team})
    assert mistakes(answer.text) == {"team": "This role holds in the whole organisation. Choose no team."}


def test_an_address_that_is_taken_says_nothing_about_where(
    visitor: Visit, database: Database, people: People
) -> None:
    others = make_people(database, "second")
    make_account(database, people, "anna")
    make_account(database, others, "bas")
    said = []
    for login in ("ANNA@example.org", "bas@example.org"):
        answer = send(visitor("aad"), NEW, NEW, MIEN | {"login": login})
        assert answer.status_code == 409
        said.append(mistakes(answer.text))
    assert said[0] == said[1] == {"login": said[0]["login"]}
    assert "organisation" not in said[0]["login"]
    assert rows_of(database, User, name="Mien") == []


# ---------------------------------------------------------------- links


def test_who_is_here_without_an_account_gets_one(visitor: Visit, database: Database, people: People) -> None:
    page, action = path_of(people, "anna"), path_of(people, "anna", "/link")
    wrong = send(visitor("aad"), page, action, {"login": "no"})
    assert (wrong.status_code, "login" in mistakes(wrong.text)) == (400, True)
    answer = send(visitor("aad"), page, action, {"login": "anna@example.org"})
    assert len(LINK.findall(answer.text)) == 1
    assert account(database, people, "anna").login == "anna@example.org"


def test_a_link_for_a_new_password_ends_nothing_until_it_is_used(
    visitor: Visit, database: Database, people: People
) -> None:
    make_account(database, people, "anna")
    make_account(database, people, "bas", password=False, factor=False)
    visitor("anna")
    aad, user_id = visitor("aad"), people.users["anna"].user_id
    action = path_of(people, "anna", "/link")
    fields = form_of(aad.get(path_of(people, "anna")).text, action)
    (token,) = LINK.findall(aad.post(action, fields).text)
    (link,) = rows_of(database, SignInLink, user_id=user_id)
    assert (link.kind, (link.expires_at - START).total_seconds()) == (LinkKind.RESET, 3600)
    assert is_signed_in(database, user_id)
    again = aad.post(action, fields)
    assert (again.status_code, token in again.text + kept_answers(database)) == (303, False)
    assert len(rows_of(database, SignInLink, user_id=user_id)) == 1
    answer = send(aad, path_of(people, "bas"), path_of(people, "bas", "/link"))
    assert "7 days" in answer.text
    (link,) = rows_of(database, SignInLink, user_id=people.users["bas"].user_id)
    assert link.kind is LinkKind.INVITATION
    (line,) = lines(database, entity_kind="account_link", entity_id=user_id)
    assert (line["event"], line["actor_name"]) == ("account:manage", "aad")


# ---------------------------------------------------------------- blocking


def test_blocking_works_at_once(
    visitor: Visit, database: Database, people: People, callers: dict[str, Caller]
) -> None:
    make_account(database, people, "anna")
    link_for(database, people, "anna", LinkKind.RESET)
    anna, aad, user_id = visitor("anna"), visitor("aad"), people.users["anna"].user_id
    assert "Sign out" in anna.get("/en/").text
    assert callers["anna"].get("/v1/cases").status_code == 200
    page, action = path_of(people, "anna"), path_of(people, "anna", "/block")
    answer = send(aad, page, action, do="block")
    assert answer.headers["location"] == f"{page}?done=block"
    assert not is_signed_in(database, user_id)
    assert "Sign out" not in anna.get("/en/").text
    assert callers["anna"].get("/v1/cases").status_code == 401
    (link,) = rows_of(database, SignInLink, user_id=user_id)
    assert link.expires_at <= START
    assert "Blocked" in aad.get(page).text
    assert aad.post(action, {"do": "block"}).status_code == 409
    assert aad.post(path_of(people, "anna", "/link")).status_code == 409
    assert send(aad, page, action, do="unblock").status_code == 303
    assert account(database, people, "anna").blocked_at is None
    assert callers["anna"].get("/v1/cases").status_code == 401
    assert aad.post(action, {"do": "unblock"}).status_code == 409
    assert aad.post(action, {"do": "dance"}).status_code == 400


def test_nobody_blocks_themselves_or_what_has_no_account(
    visitor: Visit, database: Database, people: People
) -> None:
    make_account(database, people, "aad")
    aad = visitor("aad")
    assert "Block this account" not in aad.get(path_of(people, "aad")).text
    answer = aad.post(path_of(people, "aad", "/block"), {"do": "block"})
    assert (answer.status_code, "You cannot block yourself" in answer.text) == (409, True)
    assert is_signed_in(database, people.users["aad"].user_id)
    assert aad.post(path_of(people, "anna", "/block"), {"do": "block"}).status_code == 409


def test_a_colleague_is_signed_out_everywhere(visitor: Visit, database: Database, people: People) -> None:
    make_account(database, people, "anna")
    visitor("anna")
    answer = send(visitor("aad"), path_of(people, "anna"), path_of(people, "anna", "/sessions"))
    assert answer.headers["location"].endswith("?done=sessions")
    assert not is_signed_in(database, people.users["anna"].user_id)
    assert is_signed_in(database, people.users["aad"].user_id)


# ---------------------------------------------------------------- roles


def test_a_role_is_added_and_taken_away(visitor: Visit, database: Database, people: People) -> None:
    anna, aad, user_id = visitor("anna"), visitor("aad"), people.users["anna"].user_id
    page, action = path_of(people, "anna"), path_of(people, "anna", "/roles")
    south = str(people.teams["south"])
    answer = send(aad, page, action, {"role": "supervisor", "team": south}, do="add")
    assert answer.headers["location"] == f"{page}?done=roles"
    assert "Sign out" not in anna.get("/en/").text
    assert "Supervisor</strong>, south" in aad.get(page).text
    (held,) = rows_of(database, Membership, user_id=user_id, role=Role.SUPERVISOR)
    anna = visitor("anna")
    assert send(aad, page, action, do="remove", id=str(held.id)).status_code == 303
    assert rows_of(database, Membership, user_id=user_id, role=Role.SUPERVISOR) == []
    assert "Sign out" not in anna.get("/en/").text
    assert aad.post(action, {"do": "remove", "id": str(held.id)}).status_code == 404
    assert len(lines(database, entity_kind="account_roles", entity_id=user_id, outcome="granted")) == 2


@pytest.mark.parametrize(
    ("fields", "status", "wrong"),
    [
        ({"role": "practitioner", "team": "north"}, 409, {"role"}),
        ({"role": "practitioner", "team": "0"}, 400, {"team"}),
        ({"role": "supervisor"}, 400, {"team"}),
        ({"role": "trainer", "team": "north"}, 400, {"team"}),
        ({}, 400, {"role"}),
    ],
)
def test_a_wrong_role_comes_back_filled_in(
    visitor: Visit, people: People, fields: dict[str, str], status: int, wrong: set[str]
) -> None:
    team = fields.get("team", "")
    fields = fields | {"team": str(people.teams[team]) if team in people.teams else team}
    answer = send(
        visitor("aad"), path_of(people, "anna"), path_of(people, "anna", "/roles"), fields, do="add"
    )
    assert (answer.status_code, {*mistakes(answer.text)}) == (status, wrong)
    if "role" in fields:
        assert f'<option value="{fields["role"]}" selected>' in answer.text


def test_there_always_is_an_administrator(visitor: Visit, database: Database, people: People) -> None:
    aad, user_id = visitor("aad"), people.users["aad"].user_id
    (own,) = rows_of(database, Membership, user_id=user_id)
    page, action = path_of(people, "aad"), path_of(people, "aad", "/roles")
    assert str(own.id) not in aad.get(page).text
    answer = aad.post(action, {"do": "remove", "id": str(own.id)})
    assert (answer.status_code, "there is always an administrator" in answer.text) == (409, True)
    ada = add_colleague(database, people, "ada", Role.ADMIN)
    (hers,) = rows_of(database, Membership, user_id=ada.user_id)
    other = visitor("ada")
    assert aad.post(path_of(people, "ada", "/roles"), {"do": "remove", "id": str(hers.id)}).status_code == 303
    assert other.post(action, {"do": "remove", "id": str(own.id)}).status_code == 401
    assert len(rows_of(database, Membership, role=Role.ADMIN)) == 1


def test_who_needs_a_second_step_and_has_none_needs_a_link(
    visitor: Visit, database: Database, people: People
) -> None:
    make_account(database, people, "tess", factor=False)
    aad, page = visitor("aad"), path_of(people, "tess")
    assert "cannot sign in yet" not in aad.get(page).text
    send(aad, page, path_of(people, "tess", "/roles"), {"role": "practitioner"}, do="add")
    assert "cannot sign in yet" in aad.get(page).text


# ---------------------------------------------------------------- a new second step


def test_a_new_second_step_takes_two_people(visitor: Visit, database: Database, people: People) -> None:
    make_account(database, people, "anna")
    link_for(database, people, "anna", LinkKind.RESET)
    anna, aad, petra = visitor("anna"), visitor("aad"), visitor("petra")
    user_id = people.users["anna"].user_id
    page, ask = path_of(people, "anna"), path_of(people, "anna", "/second-step")
    allow = path_of(people, "anna", "/second-step/allow")
    assert petra.post(allow, {"do": "grant"}).status_code == 409
    assert send(aad, page, ask, do="ask").status_code == 303
    assert aad.post(ask, {"do": "ask"}).status_code == 409
    assert account(database, people, "anna").factor_secret is not None
    assert "waits for a new second step" in aad.get("/en/administration").text
    assert "Look and decide" in petra.get("/en/administration").text
    assert "Sign out" in anna.get("/en/").text
    assert send(petra, page, allow, do="grant").headers["location"] == f"{page}?done=grant"
    found = account(database, people, "anna")
    assert (found.factor_secret, found.factor_step, found.factor_reset_asked_by_id) == (None, None, None)
    assert rows_of(database, RecoveryCode, account_id=found.id) == []
    assert "Sign out" not in anna.get("/en/").text
    assert all(row.expires_at <= START for row in rows_of(database, SignInLink, user_id=user_id))
    assert "waits for a new second step" not in aad.get("/en/administration").text
    assert "cannot sign in yet" in aad.get(page).text
    assert len(LINK.findall(send(aad, page, path_of(people, "anna", "/link")).text)) == 1
    told = [
        (line["event"], line["actor_name"])
        for line in lines(database, entity_kind="account_reset", entity_id=user_id, outcome="granted")
    ]
    assert told == [("account:manage", "aad"), ("account:grant_reset", "petra")]


@pytest.mark.parametrize(
    "case", [("aad", "/second-step", "withdraw"), ("petra", "/second-step/allow", "refuse")]
)
def test_a_request_can_be_taken_back_or_refused(
    visitor: Visit, database: Database, people: People, case: tuple[str, str, str]
) -> None:
    name, part, do = case
    make_account(database, people, "anna")
    page, action = path_of(people, "anna"), path_of(people, "anna", part)
    send(visitor("aad"), page, path_of(people, "anna", "/second-step"), do="ask")
    assert send(visitor(name), page, action, do=do).status_code == 303
    found = account(database, people, "anna")
    assert (found.factor_reset_asked_by_id, found.factor_secret is None) == (None, False)
    assert visitor(name).post(action, {"do": do}).status_code == 409
    assert visitor(name).post(action, {"do": "dance"}).status_code == 400


def test_nobody_is_two_people(visitor: Visit, database: Database, people: People) -> None:
    for name in ("aad", "petra", "anna"):
        make_account(database, people, name)
    assert visitor("aad").post(path_of(people, "aad", "/second-step"), {"do": "ask"}).status_code == 409
    # Whom it is about does not allow it, nor who asked for it in another role.
    send(visitor("aad"), path_of(people, "petra"), path_of(people, "petra", "/second-step"), do="ask")
    petra, allow = visitor("petra"), path_of(people, "petra", "/second-step/allow")
    assert "You cannot allow this yourself" in petra.get(path_of(people, "petra")).text
    answer = petra.post(allow, {"do": "grant"})
    assert (answer.status_code, "somebody else allows it" in answer.text) == (409, True)
    ada = add_colleague(database, people, "ada", Role.ADMIN)
    send(visitor("ada"), path_of(people, "anna"), path_of(people, "anna", "/second-step"), do="ask")
    send(
        visitor("aad"),
        path_of(people, "ada"),
        path_of(people, "ada", "/roles"),
        {"role": "privacy_officer"},
        do="add",
    )
    people.users["ada"] = type(ada)(ada.organisation_id, ada.user_id, "ada", Role.PRIVACY_OFFICER, ())
    officer = visitor("ada")
    answer = officer.post(path_of(people, "anna", "/second-step/allow"), {"do": "grant"})
    assert answer.status_code == 409
    assert account(database, people, "anna").factor_secret is not None


# ---------------------------------------------------------------- saying once more who you are


def test_what_takes_more_care_is_confirmed_after_ten_minutes(
    visitor: Visit, database: Database, people: People, clock: Clock
) -> None:
    make_account(database, people, "anna")
    aad, petra, id_ = visitor("aad"), visitor("petra"), people.users["anna"].user_id
    send(aad, path_of(people, "anna"), path_of(people, "anna", "/second-step"), do="ask")
    clock.forward(minutes=10)
    before = {kind: rows_of(database, kind) for kind in (User, Membership, ApiToken, SignInLink)}
    for path, (may, fields) in WRITES.items():
        somebody = aad if "aad" in may else petra
        answer = somebody.post(f"/en/administration{path.format(id=id_)}", fields)
        if path in ("/teams", "/accounts/{id}/sessions"):
            assert answer.status_code == 303
        else:
            assert (answer.status_code, "Confirm that it is you" in answer.text) == (403, True), path
    found = account(database, people, "anna")
    assert (found.blocked_at, found.factor_secret is None) == (None, False)
    assert {kind: rows_of(database, kind) for kind in before} == before


def test_a_program_has_no_account(visitor: Visit, database: Database) -> None:
    send(
        visitor("aad"),
        "/en/administration/tokens",
        "/en/administration/tokens",
        {"name": "intake", "role": "practitioner", "days": "30"},
    )
    (machine,) = rows_of(database, User, name="intake")
    page = visitor("aad").get(f"/en/administration/accounts/{machine.id}")
    assert (page.status_code, "This is a program" in page.text) == (200, True)
    for part, fields in (
        ("link", {"login": "intake@example.org"}),
        ("block", {"do": "block"}),
        ("roles", {"do": "add", "role": "trainer"}),
        ("sessions", {}),
        ("second-step", {"do": "ask"}),
    ):
        path = f"/en/administration/accounts/{machine.id}/{part}"
        assert visitor("aad").post(path, fields).status_code == 404, part


# ---------------------------------------------------------------- the whole way


def test_an_invitation_leads_in(visitor: Visit, database: Database, clock: Clock) -> None:
    (token,) = LINK.findall(send(visitor("aad"), NEW, NEW, MIEN).text)
    mien = visitor("nobody")
    assert mien.post(f"/en/welcome/{token}").status_code == 303
    chosen = {"new_password": PASSWORD, "new_password_again": PASSWORD}
    assert mien.post("/en/welcome", chosen).status_code == 303
    assert "Mien" in mien.get("/en/my-account").text
    (user,) = rows_of(database, User, name="Mien")
    clock.forward(minutes=1)
    page = visitor("aad").get(f"/en/administration/accounts/{user.id}").text
    assert "Active" in page
    assert "Never" not in page
    assert "in one place" in page


def test_what_was_typed_survives_saying_once_more_who_you_are(
    visitor: Visit, database: Database, people: People, clock: Clock
) -> None:
    make_account(database, people, "aad")
    aad = visitor("aad")
    fields = form_of(aad.get(NEW).text, NEW) | MIEN
    clock.forward(minutes=11)
    asked = aad.post(NEW, fields)
    assert (asked.status_code, rows_of(database, User, name="Mien")) == (403, [])
    confirmed = aad.post("/en/confirm", {**hidden_fields(asked.text, "/en/confirm"), "password": PASSWORD})
    assert confirmed.status_code == 200
    resumed = aad.post(NEW, hidden_fields(confirmed.text, NEW))
    assert (resumed.status_code, rows_of(database, User, name="Mien")) == (200, [])
    for value in ("Mien", "Mien@Example.org"):
        assert f'value="{value}"' in resumed.text
    assert '<option value="trainer" selected>' in resumed.text
    answer = aad.post(NEW, form_of(resumed.text, NEW) | MIEN)
    assert len(LINK.findall(answer.text)) == 1


def test_going_on_after_that_does_nothing_by_itself(
    visitor: Visit, database: Database, people: People
) -> None:
    make_account(database, people, "anna")
    id_ = people.users["anna"].user_id
    before = {kind: rows_of(database, kind) for kind in (User, Membership, ApiToken, SignInLink, Team)}
    for path, (may, fields) in WRITES.items():
        (name,) = may
        answer = visitor(name).post(
            f"/en/administration{path.format(id=id_)}", fields | {"resume": "1", "form": "a-key"}
        )
        assert answer.status_code in {200, 303}, path
        assert LINK.findall(answer.text) == []
    assert {kind: rows_of(database, kind) for kind in before} == before
    assert account(database, people, "anna").blocked_at is None
    assert lines(database, event="account:manage") == lines(database, event="token:manage") == []


def test_looking_is_written_down_as_looking(visitor: Visit, database: Database, people: People) -> None:
    id_ = people.users["anna"].user_id
    for path in READS:
        visitor("aad").get(f"/en/administration{path.format(id=id_)}")
    found = lines(database, actor_name="aad")
    assert [line["event"] for line in found] == ["account:read"] * len(READS)
    assert [line["entity_id"] for line in found] == [None] * 4 + [id_]
