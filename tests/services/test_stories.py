"""The story of a case: it says of every thread what the thread itself says, and costs the same for many."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import select

from app.database import Database, OrganisationSession, transaction
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.models.assessments import ParticipantNamed
from app.models.cases import Case
from app.models.history import AsOf
from app.services.access_log import write_down
from app.services.assessments import correct, record
from app.services.stories import CaseStory, case_story
from app.services.threads import read_thread
from app.services.trail import Trail
from app.services.versions import Versions
from app.services.work import Work
from tests.api.test_cases import CLOSE, change
from tests.api.test_correct_assessment import correct as correct_over_http
from tests.api.test_rights import state
from tests.log_rows import lines
from tests.services.test_history import (
    Corrected,
    Recorded,
    body,
    correction,
    rolled_back,
    some_histories,
    steps,
)
from tests.support import START, Caller, Clock, People, answers


@contextmanager
def at_work(database: Database, people: People, knowledge: Knowledge, name: str = "anna") -> Iterator[Work]:
    """Hand out the work of somebody who reads a case."""
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        trail = Trail(Permission.READ_CASES)
        yield Work(session, people.users[name], START, Language.EN, knowledge, trail)


# ---------------------------------------------------------------- what the routes say


@pytest.fixture
def case_id(callers: dict[str, Caller], clock: Clock) -> UUID:
    """A case with three threads: corrected, retracted, commented on, seen by others, and handed over."""
    anna = callers["anna"]
    first = anna.record(answers="mnn", note="At school.", own_words={"problem": "He hits."})
    father = anna.record(participant={"reference": "father"}, answers="yyn", scales={"progress": 4})
    for thread, perspective, code in (
        ({}, "practitioner", "yyn"),
        ({}, "supervisor", "yyy"),
        ({"concern": {"reference": "language", "wording": "to talk"}}, "client", "mmm"),
        ({"participant": {"reference": "father"}}, "practitioner", "yyy"),
    ):
        clock.forward(days=7)
        anna.record(**thread, perspective=perspective, answers=code)
    clock.forward(days=1)
    correct_over_http(anna, first["id"], {"answers": answers("nnn"), "reason": "I misheard."})
    correct_over_http(anna, father["id"], {"retracted": True, "reason": "Somebody else."})
    clock.forward(days=1)
    state(anna, first)
    case = anna.get(f"/v1/cases/{first['case_id']}").json()
    assert change(anna, case, CLOSE).status_code == 200
    assert change(anna, case, {"status": "open"}, version=2).status_code == 200
    return UUID(first["case_id"])


MOMENTS = (None, START - timedelta(days=1), START, START + timedelta(days=14), START + timedelta(days=29))


def test_each_thread_is_what_its_own_route_says(
    database: Database, people: People, knowledge: Knowledge, anna: Caller, case_id: UUID
) -> None:
    for at, known in product(MOMENTS, MOMENTS):
        with at_work(database, people, knowledge) as work:
            story = case_story(work, case_id, AsOf(at=at, known=known))
        said = [one.thread.model_dump(mode="json", by_alias=True) for one in story.threads]
        query = {name: one.isoformat() for name, one in (("at", at), ("known", known)) if one}
        assert said == [anna.get(f"/v1/threads/{one['id']}", params=query).json() for one in said]
        assert [(one["participant"]["reference"], one["concern"]["reference"]) for one in said] == [
            ("father", "signing"),
            ("mother", "language"),
            ("mother", "signing"),
        ]


def test_the_case_is_what_its_own_route_says(
    database: Database, people: People, knowledge: Knowledge, anna: Caller, case_id: UUID
) -> None:
    long_ago = AsOf(at=START - timedelta(days=1), known=START - timedelta(days=1))
    for as_of in (AsOf(), long_ago):
        with at_work(database, people, knowledge) as work:
            story = case_story(work, case_id, as_of)
        assert story.case.model_dump(mode="json") == anna.get(f"/v1/cases/{case_id}").json()
        assert story.as_of == as_of
    assert [one.kind for one in story.case.events] == ["opened", "closed", "reopened"]


def test_what_counts_no_more_stays_visible_and_is_marked(
    database: Database, people: People, knowledge: Knowledge, case_id: UUID
) -> None:
    with at_work(database, people, knowledge) as work:
        father, _, mother = case_story(work, case_id, AsOf()).threads
    retracted, retraction, counting = father.thread.assessments
    assert (retracted.superseded_by, retraction.retracted) == (retraction.id, True)
    assert [one.id for one in father.in_force] == [counting.id]
    assert [len(one.statements) for one in mother.thread.assessments] == [1, 0, 0, 0]
    assert mother.thread.assessments[0].own_words.problem == "He hits."
    assert mother.thread.assessments[0].recorded_by.name == "anna"


def test_a_case_without_threads_has_a_story(
    database: Database, people: People, knowledge: Knowledge, anna: Caller
) -> None:
    case = anna.post("/v1/cases", {"reference": "2026-0042"}).json()
    with at_work(database, people, knowledge) as work:
        assert case_story(work, UUID(case["id"]), AsOf()).threads == ()


# ---------------------------------------------------------------- who sees it, and what it leaves


def test_an_invisible_case_is_not_there(
    database: Database, people: People, knowledge: Knowledge, case_id: UUID
) -> None:
    for name in ("bas", "sofie", "tess", "petra"):
        with at_work(database, people, knowledge, name) as work, pytest.raises(NotFound):
            case_story(work, case_id, AsOf())
    with at_work(database, people, knowledge) as work, pytest.raises(NotFound):
        case_story(work, uuid4(), AsOf())


def test_reading_it_leaves_one_line_about_the_case(
    database: Database, people: People, knowledge: Knowledge, case_id: UUID
) -> None:
    before = lines(database)
    with at_work(database, people, knowledge, "sam") as work:
        case_story(work, case_id, AsOf())
        write_down(work)
    [line] = lines(database)[len(before) :]
    assert (line["entity_kind"], line["entity_id"], line["cases"]) == ("case", case_id, {case_id})
    assert (line["actor_name"], line["event"]) == ("sam", "case:read")


def test_it_takes_as_many_queries_for_many_threads_as_for_one(
    database: Database, people: People, knowledge: Knowledge, anna: Caller
) -> None:
    counted = []
    for participants in (1, 6):
        for number in range(participants):
            recorded = anna.record(participant={"reference": f"p{number}"})
            state(anna, recorded)
        with at_work(database, people, knowledge) as work:
            asked: list[str] = []
            event.listen(
                work.session.connection(),
                "before_cursor_execute",
                lambda *told, into=asked: into.append(told[2]),
            )
            story = case_story(work, UUID(recorded["case_id"]), AsOf())
        assert len(story.threads) == participants
        counted.append(len(asked))
    assert counted == [counted[0]] * 2
    assert counted[0] <= 13


# ---------------------------------------------------------------- for every history

History = list[Recorded | Corrected]


def play(work: Work, histories: list[History]) -> datetime:
    """Record one thread per history; returns the moment at which half of them was known."""
    now = half = START + timedelta(days=10)
    for number, history in enumerate(histories):
        rows: list[UUID] = []
        for step in history:
            now += timedelta(hours=abs(step.later))
            later = replace(work, now=now)
            if isinstance(step, Recorded):
                participant = ParticipantNamed(reference=f"p{number}")
                read: Any = record(later, body(step).model_copy(update={"participant": participant}))[0]
            elif rows:
                place = step.which % len(rows)
                read = correct(later, rows.pop(place), correction(step), Versions(frozenset("*")))[0]
            else:
                continue
            rows.append(read.id)
        if number == len(histories) // 2:
            half = now
    return half


@given(histories=st.lists(steps, min_size=1, max_size=3), day=st.integers(-1, 6))
@settings(some_histories, max_examples=30)
def test_it_agrees_with_every_thread_for_every_history(
    database: Database, people: People, knowledge: Knowledge, histories: list[History], day: int
) -> None:
    with rolled_back(database, people, knowledge) as work:
        half = play(work, histories)
        case_id = work.session.exec(select(Case.id)).first()
        if case_id is None:
            return
        for as_of in (AsOf(), AsOf(at=START + timedelta(days=day), known=half)):
            check(work, case_story(work, case_id, as_of))


def check(work: Work, story: CaseStory) -> None:
    for one in story.threads:
        assert one.thread == read_thread(work, one.thread.id, story.as_of)
        now = one.thread.current
        if now is None:
            assert (one.summary, one.periods, one.in_force) == (None, (), ())
            continue
        assert one.summary is not None
        assert (one.summary.relationship_type, one.summary.clarity) == (now.relationship_type, now.clarity)
        assert (one.summary.since, one.summary.provisional) == (now.since, now.provisional)
        assert (one.periods[-1].relationship_type, one.periods[-1].clarity) == (
            now.relationship_type,
            now.clarity,
        )
        assert len(one.in_force) == now.assessment_count
