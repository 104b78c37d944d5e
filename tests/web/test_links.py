"""Links that work once: coming in, a new password, the demonstration, and the first administrator."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pyotp
import pytest
from fastapi import FastAPI
from sqlmodel import Session

from app.database import Database, OrganisationSession, transaction
from app.database.walls import present_token
from app.domain.roles import Role
from app.domain.signing_in import LinkDoesNotWork
from app.models.logins import LinkKind
from app.models.organisations import UserKind
from app.security import LINK, SETUP, new_token, token_hash
from app.services.accounts import reset_factor
from app.services.links import (
    find_link,
    make_demonstration_link,
    make_link,
    make_setup_link,
    use_link,
    use_setup_link,
)
from app.services.organisations import Account, add_user, create_organisation
from app.web.forms import SESSION
from tests.accounts import PASSWORD, account, hidden_fields, link_for, make_account, sign_in_lines
from tests.support import FAST, START, Clock, People, Visitor, tampering

Visit = Callable[[str], Visitor]
NEW = "vier losse woorden hier 7"
CHOSEN = {"new_password": NEW, "new_password_again": NEW}


def is_in(visitor: Visitor) -> bool:
    return bool(visitor.get("/en/my-account").status_code == 200)


def enrol(visitor: Visitor, now: datetime) -> tuple[list[str], str]:
    """Set up a second step with the secret on the page, and return the recovery codes and the secret."""
    page = visitor.get("/en/second-step").text
    found = re.search(r'class="code">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    assert "<svg" in page
    assert "style=" not in page
    assert visitor.get("/en/second-step").text.count(found[1]) == 1, "the same when it is read again"
    done = visitor.post("/en/second-step", {"code": pyotp.TOTP(secret).at(now)})
    assert done.status_code == 200, done.text
    codes = re.findall(r"<code>([a-z0-9-]{19})</code>", done.text)
    assert len({*codes}) == 10
    return codes, secret


def test_an_invitation_leads_to_a_password_a_second_step_and_in(
    visitor: Visit, database: Database, people: People, clock: Clock
) -> None:
    make_account(database, people, "anna", password=False, factor=False)
    token = link_for(database, people, "anna", LinkKind.INVITATION)
    somebody, path = visitor("nobody"), f"/en/welcome/{token}"
    for _ in range(3):
        assert "You were invited" in somebody.get(path).text, "to look does not use it"
    answer = somebody.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/welcome")
    assert not is_in(somebody)
    assert somebody.get("/en/second-step").headers["location"] == "/en/welcome", "first a password"
    assert "anna@example.org" in somebody.get("/en/welcome").text
    answer = somebody.post("/en/welcome", CHOSEN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/second-step")
    assert not is_in(somebody)
    wrong = somebody.post("/en/second-step", {"code": "000000"})
    assert (wrong.status_code, "<svg" in wrong.text) == (400, True)
    codes, secret = enrol(somebody, clock.now)
    assert is_in(somebody)
    assert sign_in_lines(database) == [
        ("login:link", "granted", None),
        ("login:password", "granted", None),
        ("login:factor", "denied", "wrong_code"),
        ("login:factor", "granted", None),
        ("login:in", "granted", None),
    ]
    again = visitor("nobody")
    again.post("/en/sign-in", {"login": "anna@example.org", "password": NEW})
    used = again.post("/en/sign-in/code", {"code": pyotp.TOTP(secret).at(clock.now)})
    assert used.status_code == 400, "the code that set it up was used"
    assert again.post("/en/sign-in/code", {"code": codes[0]}).status_code == 200
    assert is_in(again)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Choose a password."),
        ({"new_password": "x" * 11, "new_password_again": "x" * 11}, "12 characters or more"),
        ({"new_password": "Welkom2026!!", "new_password_again": "Welkom2026!!"}, "too easy to guess"),
        ({"new_password": "anna loopt buiten", "new_password_again": "anna loopt buiten"}, "holds a name"),
        ({"new_password": NEW, "new_password_again": NEW + "x"}, "two different passwords"),
    ],
)
def test_a_weak_password_is_not_taken(
    visitor: Visit, database: Database, people: People, fields: dict[str, str], message: str
) -> None:
    make_account(database, people, "anna", password=False, factor=False)
    somebody = visitor("nobody")
    somebody.post(f"/en/welcome/{link_for(database, people, 'anna', LinkKind.INVITATION)}")
    answer = somebody.post("/en/welcome", fields)
    assert answer.status_code == 400
    assert message in answer.text
    assert all(value not in answer.text for value in fields.values())
    assert account(database, people, "anna").password_hash is None


def test_a_reset_changes_the_password_but_not_the_second_step(
    visitor: Visit, application: FastAPI, database: Database, people: People, clock: Clock
) -> None:
    holder = make_account(database, people, "anna")
    elsewhere = visitor("anna")
    somebody = visitor("nobody")
    somebody.post(f"/nl/welkom/{link_for(database, people, 'anna', LinkKind.RESET)}")
    assert is_in(elsewhere)
    assert somebody.get("/nl/tweede-stap").headers["location"] == "/nl/welkom", "no new second step by a link"
    answer = somebody.post("/nl/welkom", CHOSEN)
    assert answer.headers["location"] == "/nl/inloggen/code"
    assert not is_in(somebody), "the second step is still needed"
    assert not is_in(elsewhere), "a new password ends all sessions"
    assert somebody.post("/nl/inloggen/code", {"code": holder.code(clock.now)}).status_code == 303
    assert is_in(somebody)
    old = Visitor(application).post("/en/sign-in", {"login": holder.login, "password": PASSWORD})
    assert old.status_code == 400


def test_a_link_for_a_new_password_lets_nobody_in_with_the_old_one(
    visitor: Visit, database: Database, people: People, clock: Clock
) -> None:
    make_account(database, people, "anna", factor=False)
    somebody = visitor("nobody")
    somebody.post(f"/en/welcome/{link_for(database, people, 'anna', LinkKind.RESET)}")
    for answer in (somebody.get("/en/second-step"), somebody.post("/en/second-step", {"code": "000000"})):
        assert (answer.status_code, answer.headers["location"]) == (303, "/en/welcome"), "first a password"
    assert account(database, people, "anna").factor_secret is None
    clock.forward(minutes=19)
    assert somebody.post("/en/welcome", CHOSEN).headers["location"] == "/en/second-step"
    clock.forward(minutes=19)
    enrol(somebody, clock.now)
    assert is_in(somebody)
    anew = account(database, people, "anna").password_hash or ""
    assert [FAST.verify(password, anew)[0] for password in (PASSWORD, NEW)] == [False, True]


def test_after_a_reset_of_the_second_step_a_link_sets_up_a_new_one(
    visitor: Visit, database: Database, people: People, clock: Clock
) -> None:
    make_account(database, people, "anna")
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        reset_factor(session, people.users["anna"].user_id)
        token = make_link(session, people.users["anna"].user_id, LinkKind.RESET, START, None)
    somebody = visitor("nobody")
    somebody.post(f"/en/welcome/{token}")
    assert somebody.post("/en/welcome", CHOSEN).headers["location"] == "/en/second-step"
    enrol(somebody, clock.now)
    assert is_in(somebody)


def test_a_trainer_is_in_with_a_password(visitor: Visit, database: Database, people: People) -> None:
    make_account(database, people, "tess", password=False, factor=False)
    somebody = visitor("nobody")
    somebody.post(f"/en/welcome/{link_for(database, people, 'tess', LinkKind.INVITATION)}")
    assert somebody.post("/en/welcome", CHOSEN).headers["location"] == "/en/"
    assert is_in(somebody)


@pytest.mark.parametrize(
    ("kind", "lasts"),
    [(LinkKind.INVITATION, {"days": 7}), (LinkKind.RESET, {"minutes": 60})],
)
def test_a_link_works_once_and_for_a_while(
    visitor: Visit,
    database: Database,
    people: People,
    clock: Clock,
    *,
    kind: LinkKind,
    lasts: dict[str, float],
) -> None:
    make_account(database, people, "anna", password=False, factor=False)
    replaced = link_for(database, people, "anna", kind)
    used = link_for(database, people, "anna", kind)
    visitor("nobody").post(f"/en/welcome/{used}")
    old = link_for(database, people, "anna", kind)
    clock.forward(**lasts)
    clock.forward(seconds=-1)
    assert visitor("nobody").get(f"/en/welcome/{old}").status_code == 200
    clock.forward(seconds=1)
    fake = new_token(LINK)
    pages = set()
    for token in (replaced, used, old, fake, fake[:-1] + ("a" if fake[-1] != "a" else "b"), "wrr_x"):
        somebody = visitor("nobody")
        for answer in (somebody.get(f"/en/welcome/{token}"), somebody.post(f"/en/welcome/{token}")):
            assert answer.status_code == 404
            assert "This link does not work (any more)" in answer.text
            assert SESSION not in somebody.http.cookies
            pages.add(re.sub(r'[0-9a-f]{32,}|(href|value)="[^"]*"', "", answer.text))
    assert len(pages) == 1, "all the same"


def test_a_fake_is_refused_without_a_query(application: FastAPI) -> None:
    surroundings = application.state.surroundings
    application.state.surroundings = replace(surroundings, database=None)
    somebody = Visitor(application)
    for place, prefix in (("welcome", LINK), ("setup", SETUP)):
        real = new_token(prefix)
        fake = real[:-1] + ("a" if real[-1] != "a" else "b")
        assert somebody.get(f"/en/{place}/{fake}").status_code == 404
        assert somebody.get(f"/en/{place}/{real}").status_code == 500, "there is no database to ask"


def test_of_two_who_use_a_link_at_once_one_comes_in(database: Database, people: People) -> None:
    make_account(database, people, "anna")
    hashed = token_hash(link_for(database, people, "anna", LinkKind.RESET))
    with transaction(database, write=True) as connection:
        setup = token_hash(make_setup_link(connection, START))
        present_token(connection, hashed)
        link = find_link(connection, hashed, START)
        with OrganisationSession(connection, link.organisation_id) as session:
            use_link(session, link, START)
            with pytest.raises(LinkDoesNotWork):
                use_link(session, link, START)
        use_setup_link(connection, setup, START)
        with pytest.raises(LinkDoesNotWork):
            use_setup_link(connection, setup, START)


def test_a_link_of_a_blocked_account_does_not_work(
    visitor: Visit, database: Database, people: People
) -> None:
    make_account(database, people, "anna")
    token = link_for(database, people, "anna", LinkKind.RESET)
    with tampering(database) as connection:
        connection.exec_driver_sql(f"UPDATE local_account SET blocked_at = '{START}'")
    assert visitor("nobody").post(f"/en/welcome/{token}").status_code == 404


# ---------------------------------------------------------------- the demonstration


def test_a_link_into_the_demonstration_signs_in_at_once(
    visitor: Visit, database: Database, people: People
) -> None:
    with transaction(database, write=True) as connection:
        with Session(connection, expire_on_commit=False) as session:
            demo = create_organisation(session, "demo", "Demo", START, demonstration=True)
        with OrganisationSession(connection, demo.id) as session:
            user = add_user(session, demo.id, Account("Demo", UserKind.PERSON, Role.SUPERVISOR, None), START)
            token = make_demonstration_link(session, user.id, Role.SUPERVISOR, START)
        with (
            OrganisationSession(connection, people.organisation.id) as session,
            pytest.raises(ValueError, match="none"),
        ):
            make_demonstration_link(session, people.users["anna"].user_id, Role.PRACTITIONER, START)
    somebody = visitor("nobody")
    assert "look around in the demonstration" in somebody.get(f"/en/welcome/{token}").text
    assert somebody.post(f"/en/welcome/{token}").headers["location"] == "/en/"
    page = somebody.get("/en/my-account").text
    assert "You are in the demonstration" in page
    assert visitor("nobody").post(f"/en/welcome/{token}").status_code == 404
    assert somebody.get("/en/second-step").status_code == 404
    assert somebody.get("/en/my-account/password").status_code == 404
    assert somebody.post("/en/my-account/recovery-codes").status_code == 404


# ---------------------------------------------------------------- the first administrator


def setup_path(database: Database, now: datetime = START) -> str:
    with transaction(database, write=True) as connection:
        return f"/en/setup/{make_setup_link(connection, now)}"


ADMIN = {"name": "Ada Bakker", "login": "Ada@example.org", **CHOSEN}
NORTH = {"organisation": "Stichting Noord", "slug": "noord"}


def test_the_first_administrator_makes_the_organisation_and_their_own_account(
    application: FastAPI, database: Database, clock: Clock
) -> None:
    path, somebody = setup_path(database), Visitor(application)
    assert "Name of the organisation" in somebody.get(path).text
    answer = somebody.post(path, {**ADMIN, **NORTH})
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/second-step")
    assert not is_in(somebody)
    enrol(somebody, clock.now)
    page = somebody.get("/en/my-account").text
    assert all(word in page for word in ("Ada Bakker", "Stichting Noord", "ada@example.org"))
    assert Visitor(application).get(path).status_code == 404
    assert Visitor(application).post(path, {**ADMIN, **NORTH}).status_code == 404
    assert [event for event, _, _ in sign_in_lines(database)] == [
        "login:link",
        "login:password",
        "login:factor",
        "login:in",
    ]


def test_with_an_organisation_already_its_administrator_is_made(
    application: FastAPI, database: Database, people: People, clock: Clock
) -> None:
    path, somebody = setup_path(database), Visitor(application)
    page = somebody.get(path).text
    assert people.organisation.name in page
    assert "Name of the organisation" not in page
    assert somebody.post(path, ADMIN).status_code == 303
    enrol(somebody, clock.now)
    assert people.organisation.name in somebody.get("/en/my-account").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"organisation": ""}, "Fill in a name"),
        ({"slug": "Noord Holland"}, "Fill in a short name"),
        ({"name": "a\nb"}, "Fill in a name"),
        ({"login": "ada"}, "Fill in your e-mail address"),
        ({"new_password": "noord is een richting", "new_password_again": "noord is een richting"}, "a name"),
        ({"new_password_again": "iets anders dan dat"}, "two different passwords"),
    ],
)
def test_a_wrong_form_makes_nothing(
    application: FastAPI, database: Database, changes: dict[str, str], message: str
) -> None:
    path, somebody = setup_path(database), Visitor(application)
    answer = somebody.post(path, {**ADMIN, **NORTH, **changes})
    assert answer.status_code == 400
    assert message in answer.text
    assert NEW not in answer.text
    assert 'value="Ada@example.org"' in answer.text or "login" in changes
    with tampering(database) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM organisation").scalar() == 0
    assert somebody.post(path, {**ADMIN, **NORTH}).status_code == 303, "the link still works"


def test_a_name_that_somebody_signs_in_with_is_taken(
    application: FastAPI, database: Database, people: People
) -> None:
    holder = make_account(database, people, "anna")
    path, somebody = setup_path(database), Visitor(application)
    answer = somebody.post(path, {**ADMIN, "login": holder.login})
    assert answer.status_code == 409
    assert "Somebody signs in with this e-mail address already" in answer.text
    assert somebody.get(path).status_code == 200


def test_a_setup_link_works_for_an_hour_and_the_newest_only(
    application: FastAPI, database: Database, clock: Clock
) -> None:
    first = setup_path(database)
    second = setup_path(database)
    somebody = Visitor(application)
    assert [somebody.get(path).status_code for path in (first, second)] == [404, 200]
    assert hidden_fields(somebody.get(second).text, second).keys() == {"csrf"}
    clock.forward(minutes=60)
    assert somebody.get(second).status_code == 404
