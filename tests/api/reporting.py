"""A caseload of two teams, made up at random, with everything that a report has to tell apart."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from app.database import Database, OrganisationSession, transaction
from app.domain.answers import Question
from app.domain.roles import Permission, Role
from app.domain.texts import Language
from app.domain.thread import ChangeReason, Perspective
from app.knowledge import Knowledge
from app.models.assessments import AssessmentCreate, CorrectionCreate
from app.models.cases import CaseChange
from app.models.organisations import Membership
from app.services.assessments import correct, record
from app.services.cases import change_case
from app.services.trail import Trail
from app.services.versions import Versions
from app.services.work import Work
from tests.support import START, Caller, People, answers, assessment

ANY_VERSION = Versions(frozenset("*"))
CODES = (*["yyy"] * 7, *["yyn"] * 6, *["nnn"] * 6, "yym", "ynn", "nyy", "mmm", "yuu", "umy")
REASONS = (*[None] * 9, *ChangeReason)
VIEWS = (*[Perspective.PRACTITIONER] * 9, Perspective.CLIENT, Perspective.SUPERVISOR)
DAYS = (0, 1, 5, 10, 20, 30, 40, 100, 250)
"""So long before the start; most of it lies in the last quarter, where counts are to be shown."""


@contextmanager
def working(
    database: Database, people: People, knowledge: Knowledge, name: str, now: datetime = START
) -> Iterator[Work]:
    """Yield the work of somebody of the cast, which is kept."""
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        yield Work(
            session, people.users[name], now, Language.EN, knowledge, Trail(Permission.RECORD_ASSESSMENT)
        )
        session.flush()


def fill(  # noqa: PLR0917 - a made-up world has many sides
    database: Database,
    people: People,
    knowledge: Knowledge,
    seed: int,
    cases: int = 5,
    now: datetime = START,
) -> None:
    """Record for anna and bas in team north and chris in team south; sam supervises both teams."""
    chance = random.Random(seed)  # noqa: S311 - made-up data needs no secret randomness
    for name in ("anna", "bas", "chris"):
        with working(database, people, knowledge, name, now) as work:
            for number in range(cases):
                _one_case(work, chance, f"{name}-{number}")
    with working(database, people, knowledge, "sam") as work:
        work.session.add(
            Membership(
                organisation_id=people.organisation.id,
                user_id=people.users["sam"].user_id,
                role=Role.SUPERVISOR,
                team_id=people.teams["south"],
            )
        )


def _one_case(work: Work, chance: random.Random, reference: str) -> None:
    rows: list[Any] = []
    for _ in range(chance.randrange(4, 18)):
        days = chance.choice(DAYS)
        body = assessment(
            case={"reference": reference},
            participant={"reference": chance.choice(("mother", "father"))},
            answers=chance.choice(CODES),
            perspective=chance.choice(VIEWS),
            held_at=work.now - timedelta(days=days),
            change_reason=chance.choice(REASONS),
        )
        read, _ = record(work, AssessmentCreate.model_validate(body))
        rows.append(read.id)
        case_id = read.case_id
        if chance.random() < 0.15:
            changes = (
                {"answers": answers(chance.choice(CODES))} if chance.random() < 0.6 else {"retracted": True}
            )
            body = {**changes, "reason": "I had misheard."}
            corrected = rows.pop(chance.randrange(len(rows)))
            read, _ = correct(work, corrected, CorrectionCreate.model_validate(body), ANY_VERSION)
            if "answers" in changes:
                rows.append(read.id)
    if chance.random() < 0.2:
        closing = {"status": "closed", "closing_answer": "She knows whom to call."}
        change_case(work, case_id, CaseChange.model_validate(closing), ANY_VERSION)


def counts_in(report: Any) -> Iterator[dict[str, Any]]:
    """Yield every count of a report, wherever it stands."""
    if isinstance(report, list):
        for one in report:
            yield from counts_in(one)
    elif isinstance(report, dict):
        if "query" in report:
            yield report
        for one in report.values():
            yield from counts_in(one)


def listed(caller: Caller, address: str) -> list[dict[str, Any]]:
    """Return everything behind an address, page by page."""
    items: list[dict[str, Any]] = []
    following: str | None = f"{address}&limit=100"
    while following:
        response = caller.get(following)
        assert response.status_code == 200, response.text
        items += response.json()["items"]
        following = response.json()["next"]
    return items


def report(caller: Caller, which: str, **query: Any) -> Any:
    """Return a report."""
    given = urlencode({name: value for name, value in query.items() if value is not None})
    response = caller.get(f"/v1/reports/{which}?{given}")
    assert response.status_code == 200, response.text
    return response.json()


QUESTIONS = [question.value for question in Question]
