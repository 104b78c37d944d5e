"""How long the service takes for its pages, one visitor at a time, on the large database."""

import http.client
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from timeit import repeat

from sqlalchemy import Connection, func
from sqlmodel import Session, col, select

from app.database import OrganisationSession, open_database, transaction
from app.domain.classification import Clarity, RelationshipType
from app.domain.roles import Role
from app.domain.summary import Period
from app.domain.texts import Language
from app.domain.thread import Perspective
from app.models.assessments import Assessment
from app.models.cases import Case
from app.models.organisations import Organisation
from app.services.logins import Beginning, start_session
from app.settings import Settings
from app.web.charts import Lane, Mark, Words, lanes
from app.web.forms import SESSION
from app.web.places import address

ROUNDS = 60
WARM_UP = 8


def page_milliseconds(port: int, settings: Settings) -> dict[str, float]:
    """Return the median time of each page, in milliseconds, over one connection that stays open."""
    database = open_database(settings)
    try:
        with transaction(database, write=True) as connection:
            cookie, case_id, assessment_id = _visitor(connection)
    finally:
        database.close()
    asked: Mapping[str, tuple[str, str]] = {
        "practice": ("", address("practice_answers", Language.NL, answers="ja-ja-nee")),
        "combinations": ("", address("combinations", Language.NL)),
        "caseload": (cookie, address("caseload", Language.NL)),
        "case": (cookie, address("case", Language.NL, id=case_id)),
        "record": (cookie, address("record_in_case", Language.NL, id=case_id)),
        "recorded": (cookie, address("recorded", Language.NL, id=assessment_id)),
    }
    return {name: _median(port, cookie, path) for name, (cookie, path) in asked.items()}


def _visitor(connection: Connection) -> tuple[str, object, object]:
    """Sign in the practitioner of the case with most in it; return the cookie, the case, one of its rows."""
    with Session(connection) as unbound:
        organisation_id = unbound.exec(select(Organisation.id)).first()
    assert organisation_id is not None
    with OrganisationSession(connection, organisation_id) as session:
        case_id = session.exec(
            select(Assessment.case_id).group_by(col(Assessment.case_id)).order_by(func.count().desc())
        ).first()
        user_id = session.exec(select(Case.practitioner_id).where(col(Case.id) == case_id)).one()
        assessment_id = session.exec(select(Assessment.id).where(col(Assessment.case_id) == case_id)).first()
        beginning = Beginning(user_id, Role.PRACTITIONER)
        return start_session(session, beginning, datetime.now(UTC)), case_id, assessment_id


def _median(port: int, cookie: str, path: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    for number in range(WARM_UP + ROUNDS):
        started = perf_counter()
        connection.request("GET", path, headers={"Cookie": f"{SESSION}={cookie}"} if cookie else {})
        answer = connection.getresponse()
        content = answer.read()
        if number >= WARM_UP:
            took.append((perf_counter() - started) * 1000)
        assert answer.status == 200, (path, answer.status, content[:300])
    connection.close()
    return median(took)


def chart_milliseconds() -> float:
    """Return how long a chart of 60 assessments takes, in milliseconds: the best of several rounds."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    types = list(RelationshipType)
    moments = [start + timedelta(days=5 * number) for number in range(60)]
    periods = [
        Period(types[number % 3], Clarity.CLEAR, moment, after, frozenset({Perspective.PRACTITIONER}))
        for number, (moment, after) in enumerate(zip(moments, [*moments[1:], None], strict=True))
    ]
    marks = [Mark(moment, Perspective.PRACTITIONER, "yes, yes, no") for moment in moments]
    words = Words(
        title="How it moved",
        description="From one to the other.",
        nothing="Nothing",
        types={one: one.value for one in types},
        clarities={one: one.value for one in Clarity},
        month=lambda day: f"{day:%m}",
        day=lambda moment: f"{moment:%d}",
        period=lambda since, until: f"{since:%d}" + (f" {until:%d}" if until else ""),
    )
    lane = Lane("mother", "signing", periods, marks)
    rounds = 50
    until = moments[-1] + timedelta(days=5)
    return min(repeat(lambda: lanes([lane], until, words, "c"), number=rounds, repeat=7)) / rounds * 1000
