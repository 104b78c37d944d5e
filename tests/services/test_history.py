"""Random histories: what is kept equals what is worked out, and the past stays what it was.

Every example records through the real service on a real database, in one transaction that is rolled
back, so that a thousand histories cost no thousand databases.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.database import Database, OrganisationSession
from app.domain.answers import Answer, Answers
from app.domain.roles import Permission
from app.domain.texts import Language
from app.domain.thread import Perspective, in_force, transitions
from app.knowledge import Knowledge
from app.models.assessments import AssessmentCreate, CorrectionCreate
from app.models.history import AsOf, ThreadRead
from app.models.threads import Thread, TransitionRow
from app.services.assessments import correct, record
from app.services.projections import judgements, rebuild, rules_of
from app.services.threads import read_thread, threads_of
from app.services.trail import Trail
from app.services.versions import Versions
from app.services.work import Work
from tests.support import START, People


@dataclass(frozen=True)
class Recorded:
    """Record answers that held `day` days after the start; `later` hours after the step before."""

    answers: Answers
    day: int
    perspective: Perspective
    later: int


@dataclass(frozen=True)
class Corrected:
    """Correct or retract the newest version of one of the earlier rows."""

    which: int
    answers: Answers | None
    later: int


answers = st.builds(Answers, *[st.sampled_from(Answer)] * 3)
# A clock can stand still, and it can go back.
later = st.integers(min_value=-2, max_value=48)
steps = st.lists(
    st.one_of(
        st.builds(Recorded, answers, st.integers(0, 5), st.sampled_from(Perspective), later),
        st.builds(Corrected, st.integers(0, 20), st.none() | answers, later),
    ),
    min_size=1,
    max_size=8,
)
some_histories = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@contextmanager
def rolled_back(database: Database, people: People, knowledge: Knowledge) -> Iterator[Work]:
    """Hand out work whose traces are wiped afterwards."""
    with (
        database.writer.connect() as connection,
        connection.begin() as transaction,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        yield Work(
            session, people.users["anna"], START, Language.NL, knowledge, Trail(Permission.RECORD_ASSESSMENT)
        )
        session.flush()
        transaction.rollback()


def play(work: Work, history: list[Recorded | Corrected]) -> Iterator[tuple[Work, UUID]]:
    """Carry out a history step by step; yields the work of each step, and the thread."""
    rows: list[UUID] = []
    now = START + timedelta(days=10)
    thread_id = None
    for step in history:
        now += timedelta(hours=step.later)
        at_work = replace(work, now=now)
        if isinstance(step, Recorded):
            read, _ = record(at_work, body(step))
            thread_id = read.thread_id
        elif rows:
            read, _ = correct(
                at_work, rows.pop(step.which % len(rows)), correction(step), Versions(frozenset("*"))
            )
        else:
            continue
        rows.append(read.id)
        assert thread_id is not None
        yield at_work, thread_id


def body(step: Recorded) -> AssessmentCreate:
    held_at = (START + timedelta(days=step.day)).isoformat()
    return AssessmentCreate.model_validate(
        {
            "case": {"reference": "case"},
            "participant": {"reference": "mother"},
            "concern": {"reference": "signing"},
            "conversation": {"held_at": held_at},
            "answers": as_body(step.answers),
            "perspective": step.perspective,
        }
    )


def correction(step: Corrected) -> CorrectionCreate:
    changes = {"answers": as_body(step.answers)} if step.answers else {"retracted": True}
    return CorrectionCreate.model_validate({**changes, "reason": "It was otherwise."})


def as_body(given_answers: Answers) -> dict[str, str]:
    return {
        "problem": given_answers.problem,
        "help_request": given_answers.help_request,
        "share_in_solution": given_answers.share_in_solution,
    }


def kept(work: Work, thread_id: UUID) -> tuple[object, object, list[object]]:
    """Return the projections of a thread as they stand in the database."""
    work.session.expire_all()
    [head] = [
        thread
        for thread in threads_of(work, [work.session.exec(select(Thread.case_id)).one()])
        if thread.id == thread_id
    ]
    rows = work.session.exec(
        select(TransitionRow)
        .where(col(TransitionRow.thread_id) == thread_id)
        .order_by(col(TransitionRow.assessment_id))
    )
    return head.current, head.signals, [row.model_dump() for row in rows]


@given(history=steps)
@some_histories
def test_what_is_kept_equals_what_is_worked_out(
    database: Database, people: People, knowledge: Knowledge, history: list[Recorded | Corrected]
) -> None:
    with rolled_back(database, people, knowledge) as work:
        for at_work, thread_id in play(work, history):
            current, signals, rows = kept(at_work, thread_id)
            worked_out = read_thread(at_work, thread_id, AsOf())
            assert current == worked_out.current
            assert len(rows) == len(worked_out.transitions)
            assert signals == worked_out.signals
            rules = rules_of(at_work.session, knowledge.rulesets)
            rebuild(at_work.session, rules, thread_id)
            assert kept(at_work, thread_id) == (current, signals, rows)


@given(history=steps)
@some_histories
def test_as_known_at_any_past_moment_gives_what_was_answered_then(
    database: Database, people: People, knowledge: Knowledge, history: list[Recorded | Corrected]
) -> None:
    answered: list[tuple[datetime, ThreadRead]] = []
    with rolled_back(database, people, knowledge) as work:
        for at_work, thread_id in play(work, history):
            now = read_thread(at_work, thread_id, AsOf())
            answered.append((max(one.recorded_at for one in now.assessments), now))
        for moment, then in answered:
            assert what_counts(read_thread(work, thread_id, AsOf(known=moment))) == what_counts(then)


def what_counts(thread: ThreadRead) -> dict[str, object]:
    """What an answer says; a word said later about who it is does not belong to the past."""
    return thread.model_dump(exclude={"participant", "concern"})


@given(history=steps)
@some_histories
def test_recorded_moments_rise_and_numbers_have_no_gaps(
    database: Database, people: People, knowledge: Knowledge, history: list[Recorded | Corrected]
) -> None:
    with rolled_back(database, people, knowledge) as work:
        thread_ids = [thread_id for _, thread_id in play(work, history)]
        rows = judgements(work.session, thread_ids[-1]) if thread_ids else []
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    moments = [row.recorded_at for row in rows]
    assert moments == sorted(set(moments))
    assert len(transitions(in_force(rows))) == max(len(in_force(rows)) - 1, 0)


def test_the_comparison_would_notice_a_spoiled_projection(
    database: Database, people: People, knowledge: Knowledge
) -> None:
    with rolled_back(database, people, knowledge) as work:
        for code in ("nnn", "yyy"):
            values = [Answer.NO if letter == "n" else Answer.YES for letter in code]
            record(work, body(Recorded(Answers(*values), 0, Perspective.CLIENT, 0)))
        thread = work.session.exec(select(Thread)).one()
        thread.assessment_count = 7
        work.session.add(thread)
        work.session.flush()
        spoiled, *_ = kept(work, thread.id)
        assert spoiled != read_thread(work, thread.id, AsOf()).current
        with pytest.raises(AssertionError):
            assert spoiled == read_thread(work, thread.id, AsOf()).current
