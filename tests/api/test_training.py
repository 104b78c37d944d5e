"""A group judges stories together: begin, join, answer, show, end."""

import re
from typing import Any

import pytest
from fastapi import FastAPI

from app.database import Database, OrganisationSession, transaction
from app.domain.roles import Role
from app.domain.training import MOST_PARTICIPANTS
from app.knowledge import Knowledge
from app.models.organisations import UserKind
from app.services.organisations import Account, TokenOrder, add_user, create_token
from app.upkeep import remove_trainings
from tests.promises.world import all_rows
from tests.support import START, Caller, Clock, People, make_people
from tests.training import STORIES, Training, begin, body_of

TABLES = ("training_session", "training_participant", "training_answer")


@pytest.fixture
def training(callers: dict[str, Caller]) -> Training:
    return begin(callers)


def codes(response: Any) -> list[tuple[str, str]]:
    """Return where the input is wrong, and how."""
    assert response.status_code == 400, response.text
    return [(one["location"], one["code"]) for one in response.json()["errors"]]


def problem(response: Any) -> tuple[int, str]:
    """Return the status and the kind of a refusal."""
    return response.status_code, response.json()["type"].rpartition(":")[2]


# ---------------------------------------------------------------- beginning


def test_a_trainer_begins_a_training(callers: dict[str, Caller], knowledge: Knowledge) -> None:
    begun = callers["tess"].post("/v1/training-sessions", {"vignettes": ["vg07", "vg18"], "language": "en"})
    code = begun.json()["code"]
    assert re.fullmatch("[3479CDFHJKMNPQRTVWXY]{6}", code)
    assert begun.status_code == 201
    assert begun.headers["Location"] == f"/v1/training-sessions/{code}"
    assert begun.headers["ETag"] == '"1"'
    items = begun.json().pop("items")
    story = knowledge.vignettes["vg07"]
    judged = story.assessments[1]
    assert items[1] == {
        "vignette": "vg07",
        "assessment": 2,
        "quiz": "scored",
        "title": "Make him stop",
        "text": story.text.en,
        "participant": judged.participant.en,
        "concern": judged.concern.en,
        "day": judged.conversation_day,
        "seen": judged.seen.en if judged.seen else None,
        "answered": 0,
    }
    assert [(item["vignette"], item["assessment"]) for item in items] == [
        *(("vg07", 1), ("vg07", 2), ("vg07", 4)),
        *(("vg18", 1), ("vg18", 2), ("vg18", 3)),
    ]
    assert begun.json() == {
        "code": code,
        "join_address": f"/en/join/{code}",
        "state": "open",
        "language": "en",
        "created_at": "2026-11-20T09:00:00Z",
        "ends_at": "2026-11-21T09:00:00Z",
        "kept_until": "2026-12-21T09:00:00Z",
        "participants": 0,
        "items": [*items],
        "version": 1,
    }
    assert callers["nobody"].get(f"/v1/training-sessions/{code}").json() == begun.json()


def test_what_everybody_reads_holds_nothing_of_the_key(training: Training, knowledge: Knowledge) -> None:
    said = training.guest.get(training.path).text
    for id_ in STORIES:
        story = knowledge.vignettes[id_]
        assert story.teaching.en not in said
        assert all(one.note.en not in said for one in story.assessments if one.seen != one.note)
    for word in ("clarity", "relationship_type", "visitor", "complainant", "customer"):
        assert word not in said


def test_a_code_is_forgiven_its_form(training: Training) -> None:
    code = training.code.lower()
    for written in (code, f" {code} ", f"{code[:3]}-{code[3:]}", f"{code[:3]} {code[3:]}"):
        assert training.guest.get(f"/v1/training-sessions/{written}").json()["code"] == training.code


@pytest.mark.parametrize(
    ("stories", "wrong"),
    [
        ([], [("#/vignettes", "too_few")]),
        (["vg99"], [("#/vignettes/0", "unknown_story")]),
        (["vg03", "vg02", "vg03"], [("#/vignettes/1", "only_to_read"), ("#/vignettes/2", "twice")]),
        (["vg03"] * 21, [("#/vignettes", "too_many")]),
    ],
)
def test_a_training_needs_stories_to_judge(
    callers: dict[str, Caller], database: Database, stories: list[str], wrong: list[tuple[str, str]]
) -> None:
    before = all_rows(database)
    assert codes(callers["tess"].post("/v1/training-sessions", {"vignettes": stories})) == wrong
    after = all_rows(database)
    assert {name: after[name] for name in TABLES} == {name: before[name] for name in TABLES}


def test_a_code_that_nobody_made_is_said_to_be_unknown(training: Training) -> None:
    for code in ("CCCCCC", "zzzzzz", "7KXP3M7KXP3M"):
        for method, path in (
            ("GET", ""),
            ("GET", "/agreement"),
            ("POST", "/participants"),
            ("POST", "/answers"),
        ):
            body = (
                {"nickname": "Otter"} if path == "/participants" else body_of("x", ("vg03", 1), "yyy", None)
            )
            found = training.guest.http.request(
                method, f"/v1/training-sessions/{code}{path}", json=body if method == "POST" else None
            )
            assert problem(found) == (404, "no-such-session"), (method, path)


# ---------------------------------------------------------------- joining


def test_a_nickname_is_for_one(training: Training) -> None:
    training.join("Blue Fox")
    again = training.guest.post(f"{training.path}/participants", {"nickname": " blue  fox"})
    assert problem(again) == (409, "nickname-is-taken")
    assert again.json()["detail"] == "Choose another nickname, such as: blue fox 2"
    training.join("blue fox 2")
    third = training.guest.post(f"{training.path}/participants", {"nickname": "BLUE FOX"})
    assert third.json()["detail"].endswith("BLUE FOX 3")
    assert training.read()["participants"] == 2


def test_the_suggestion_for_a_long_nickname_is_free_and_fits(training: Training) -> None:
    training.join("x" * 30)
    refused = training.guest.post(f"{training.path}/participants", {"nickname": "X" * 30})
    training.join(refused.json()["detail"].rpartition(": ")[2])


def test_another_training_has_nicknames_of_its_own(callers: dict[str, Caller], training: Training) -> None:
    training.join("Otter")
    begin(callers, "vg03").join("Otter")


@pytest.mark.parametrize(
    ("nickname", "code"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("x" * 31, "too_long"),
        ("\ufdfa" * 10, "too_long"),
        ("a\u202eb", "character_not_allowed"),
        ("anna@example.org", "nickname_of_somebody"),
        ("111222333", "nickname_of_somebody"),
        ("06 12345678", "nickname_of_somebody"),
        ("NL91ABNA0417164300", "nickname_of_somebody"),
        (7, "wrong_type"),
    ],
)
def test_a_nickname_that_says_who_somebody_is_is_refused(
    training: Training, nickname: Any, code: str
) -> None:
    refused = training.guest.post(f"{training.path}/participants", {"nickname": nickname})
    assert codes(refused) == [("#/nickname", code)]
    assert code != "nickname_of_somebody" or nickname not in refused.text
    assert training.read()["participants"] == 0


def test_a_training_has_room_for_two_hundred(training: Training) -> None:
    for number in range(MOST_PARTICIPANTS):
        training.join(f"p{number}")
    refused = training.guest.post(f"{training.path}/participants", {"nickname": "one too many"})
    assert problem(refused) == (409, "session-is-full")
    assert training.read()["participants"] == MOST_PARTICIPANTS


# ---------------------------------------------------------------- answering


def test_an_answer_is_kept_once(training: Training, clock: Clock) -> None:
    otter = training.join("Otter")
    clock.forward(minutes=5)
    first = training.answer(otter, ("vg03", 1), "yun", "complainant")
    assert first.status_code == 201
    assert first.json() == {
        "vignette": "vg03",
        "assessment": 1,
        "answers": {"problem": "yes", "help_request": "unknown", "share_in_solution": "no"},
        "relationship_type": "complainant",
        "answered_at": "2026-11-20T09:05:00Z",
    }
    clock.forward(minutes=5)
    again = training.answer(otter, ("vg03", 1), "yun", "complainant")
    assert (again.status_code, again.json()) == (200, first.json())
    for code, type_ in (("yyn", "complainant"), ("yun", "visitor"), ("yun", None)):
        assert problem(training.answer(otter, ("vg03", 1), code, type_)) == (409, "answered-otherwise")
    assert training.answer(otter, ("vg03", 1), "yun", "complainant").json() == first.json()
    assert [item["answered"] for item in training.read()["items"]][:2] == [1, 0]


def test_no_type_is_an_answer_too(training: Training) -> None:
    otter = training.join("Otter")
    assert training.answer(otter, ("vg03", 1), "mmm", None).status_code == 201
    assert training.answer(otter, ("vg03", 1), "mmm", None).status_code == 200
    assert problem(training.answer(otter, ("vg03", 1), "mmm", "visitor")) == (409, "answered-otherwise")


@pytest.mark.parametrize("item", [("vg03", 3), ("vg19", 1), ("vg07", 3), ("vg02", 1), ("nothing", 1)])
def test_an_item_of_another_training_is_refused(training: Training, item: tuple[str, int]) -> None:
    found = training.answer(training.join("Otter"), item, "yyy", "customer")
    assert codes(found) == [("#/assessment", "not_in_training")]


def test_all_that_is_asked_has_to_be_answered(training: Training) -> None:
    body = body_of(training.join("Otter"), ("vg03", 1), "yyy", "customer")
    for field in body:
        less = {name: value for name, value in body.items() if name != field}
        assert codes(training.guest.post(f"{training.path}/answers", less)) == [(f"#/{field}", "missing")]
    assert training.read()["items"][0]["answered"] == 0


def test_who_did_not_join_does_not_answer(callers: dict[str, Caller], training: Training) -> None:
    elsewhere = begin(callers, "vg03").join("Otter")
    otter = training.join("Otter")
    for secret in (
        elsewhere,
        otter[:-1],
        "wrt_" + "0" * 46,
        "x",
        callers["tess"].http.headers["Authorization"][7:],
    ):
        assert problem(training.answer(secret, ("vg03", 1), "yyy", "customer")) == (403, "not-joined")


# ---------------------------------------------------------------- showing and ending


def test_after_the_results_are_shown_nobody_joins_or_answers(training: Training) -> None:
    otter, fox = training.join("Otter"), training.join("Fox")
    given = training.answer(otter, ("vg03", 1), "yyn", "complainant").json()
    shown = training.change("results_shown", '"1"')
    assert (shown.status_code, shown.json()["state"], shown.headers["ETag"]) == (200, "results_shown", '"2"')
    assert problem(training.answer(fox, ("vg03", 1), "yyn", "complainant")) == (409, "session-is-closed")
    refused = training.guest.post(f"{training.path}/participants", {"nickname": "Late"})
    assert problem(refused) == (409, "session-is-closed")
    # A phone that missed our answer still learns that it was kept, and what it was.
    again = training.answer(otter, ("vg03", 1), "yyn", "complainant")
    assert (again.status_code, again.json()) == (200, given)
    assert problem(training.answer(otter, ("vg03", 1), "nnn", None)) == (409, "answered-otherwise")


def test_a_training_only_moves_forward(training: Training) -> None:
    assert training.change("open").json()["version"] == 1
    assert training.change("results_shown").json()["version"] == 2
    assert training.change("results_shown").json()["version"] == 2
    assert problem(training.change("open")) == (409, "session-moves-forward")
    assert training.change("ended").json()["version"] == 3
    assert problem(training.change("results_shown")) == (409, "session-moves-forward")
    assert training.read()["state"] == "ended"


def test_a_change_is_for_the_version_that_was_read(training: Training) -> None:
    without = training.trainer.patch(training.path, {"state": "ended"})
    assert problem(without) == (428, "version-required")
    training.change("results_shown", '"1"')
    assert problem(training.change("ended", '"1"')) == (412, "version-is-stale")
    assert training.read()["state"] == "results_shown"


def test_a_training_ends_by_itself_after_a_day(training: Training, clock: Clock) -> None:
    otter = training.join("Otter")
    clock.forward(hours=24, seconds=-1)
    assert training.answer(otter, ("vg03", 1), "yyn", None).status_code == 201
    clock.forward(seconds=1)
    assert training.read()["state"] == "ended"
    assert problem(training.answer(otter, ("vg03", 2), "yyn", None)) == (409, "session-is-closed")


def test_a_training_is_removed_after_thirty_days(
    training: Training, database: Database, clock: Clock
) -> None:
    training.answer(training.join("Otter"), ("vg03", 1), "yyn", None)
    training.change("ended")
    kept = {name: rows for name, rows in all_rows(database).items() if name in TABLES}
    assert all(kept.values())
    remove_trainings(database, clock.forward(days=30, seconds=-1))
    assert {name: rows for name, rows in all_rows(database).items() if name in TABLES} == kept
    remove_trainings(database, clock.forward(seconds=1))
    assert not any(rows for name, rows in all_rows(database).items() if name in TABLES)
    assert problem(training.guest.get(training.path)) == (404, "no-such-session")


# ---------------------------------------------------------------- whose it is


def another_trainer(database: Database, people: People) -> str:
    """Add a second trainer to the organisation and return a token."""
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        add_user(session, people.organisation.id, Account("tom", UserKind.PERSON, Role.TRAINER, None), START)
        order = TokenOrder("tom", Role.TRAINER, 90, user="tom")
        return create_token(session, people.organisation, order, START)


def test_a_training_is_for_its_own_trainer(
    training: Training, application: FastAPI, database: Database, people: People
) -> None:
    elsewhere = make_people(database, "second").tokens["tess"]
    for token in (another_trainer(database, people), elsewhere):
        other = Caller(application, token)
        assert other.get("/v1/training-sessions").json() == {"items": []}
        asked = [
            other.get(f"{training.path}/agreement"),
            other.get(f"{training.path}/answers"),
            other.patch(training.path, {"state": "ended"}, headers={"If-Match": "*"}),
        ]
        assert [problem(one) for one in asked] == [(404, "no-such-session")] * 3
    assert training.read()["state"] == "open"


def test_the_list_of_a_trainer(training: Training, callers: dict[str, Caller], clock: Clock) -> None:
    otter = training.join("Otter")
    training.join("blue fox")
    training.answer(otter, ("vg03", 1), "yyn", None)
    clock.forward(minutes=1)
    begin(callers, "vg01")
    newest, first = callers["tess"].get("/v1/training-sessions").json()["items"]
    assert (newest["vignettes"], newest["nicknames"], newest["answers"]) == (["vg01"], [], 0)
    first.pop("id")
    assert first == {
        "code": training.code,
        "state": "open",
        "language": "en",
        "vignettes": list(STORIES),
        "created_at": "2026-11-20T09:00:00Z",
        "ends_at": "2026-11-21T09:00:00Z",
        "kept_until": "2026-12-21T09:00:00Z",
        "nicknames": ["blue fox", "Otter"],
        "answers": 1,
    }


def test_beginning_twice_with_one_key_begins_once(callers: dict[str, Caller]) -> None:
    body, headers = {"vignettes": ["vg03"]}, {"Idempotency-Key": "key-0001"}
    one, other = (callers["tess"].post("/v1/training-sessions", body, headers=headers) for _ in range(2))
    assert one.json() == other.json()
    assert len(callers["tess"].get("/v1/training-sessions").json()["items"]) == 1
