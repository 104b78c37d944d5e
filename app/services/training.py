"""Trainings: begin one, show its results, end it, and what everybody with its code sees of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col
from sqlmodel import select as sqlmodel_select

from app.domain.errors import FieldError, InvalidInput
from app.domain.texts import Text
from app.domain.training import (
    JOIN_ADDRESS,
    KEPT,
    LIFETIME,
    NoSuchSession,
    SessionMovesForward,
    SessionState,
    code_in,
    new_code,
    state_of,
)
from app.knowledge import Knowledge
from app.knowledge.library import Item
from app.models.base import table_of
from app.models.training import TrainingAnswer, TrainingParticipant, TrainingSession
from app.models.training_reads import (
    TrainingChange,
    TrainingCreate,
    TrainingItemRead,
    TrainingSessionItem,
    TrainingSessionList,
    TrainingSessionRead,
)
from app.services.versions import Versions
from app.services.work import Work, organisation_of

_SESSION, _PARTICIPANT = table_of(TrainingSession), table_of(TrainingParticipant)
_ANSWER = table_of(TrainingAnswer)
_INSERT = {
    "sqlite": sqlite.insert(_SESSION).on_conflict_do_nothing().returning(_SESSION.c.id),
    "postgresql": postgresql.insert(_SESSION).on_conflict_do_nothing().returning(_SESSION.c.id),
}
_FIND = select(_SESSION).where(_SESSION.c.code == bindparam("of_code"))
_HOLD = {"join": _FIND.with_for_update(), "answer": _FIND.with_for_update(read=True)}
_MOST_TRIES = 10

Hold = Literal["join", "answer"]
"""Who joins is alone with the session, because places are counted. Who answers only keeps it as it is."""


@dataclass(frozen=True, slots=True)
class Room:
    """A session somebody has come into, in one transaction: with its code, or as its trainer."""

    session: Session
    training: TrainingSession
    now: datetime
    knowledge: Knowledge
    is_trainer: bool = False

    @property
    def state(self) -> SessionState:
        """How far the session is."""
        return _state(self.training, self.now)

    @property
    def items(self) -> list[Item]:
        """What there is to judge, in its order."""
        known = self.knowledge.vignettes
        return [item for id_ in self.training.vignettes if id_ in known for item in known[id_].items]


def _state(training: TrainingSession, now: datetime) -> SessionState:
    return state_of(training.results_shown_at, training.ends_at, now)


# ---------------------------------------------------------------- coming in


def find_session(connection: Connection, code: str) -> TrainingSession:
    """Return the session with a code, which was presented. Raises `NoSuchSession`."""
    row = connection.execute(_FIND, {"of_code": code}).first()
    if row is None:
        raise NoSuchSession
    return TrainingSession(**row._mapping)  # noqa: SLF001 - the public name of it


def enter(
    session: Session, found: TrainingSession, now: datetime, knowledge: Knowledge, hold: Hold | None
) -> Room:
    """Come into a session that was found by its code. Raises `NoSuchSession` when it was just removed."""
    connection = session.connection()
    if hold and connection.dialect.name == "postgresql":
        # The embedded database has one writer at a time, who sees what there is.
        statement = _HOLD[hold]
        row = connection.execute(statement, {"of_code": found.code}).first()
        if row is None:
            raise NoSuchSession
        found = TrainingSession(**row._mapping)  # noqa: SLF001 - the public name of it
    return Room(session, found, now, knowledge)


def enter_as_trainer(work: Work, typed: str, *, hold: bool = False) -> Room:
    """Come into one's own session. Raises `NoSuchSession`, also for that of somebody else."""
    statement = sqlmodel_select(TrainingSession).where(
        col(TrainingSession.code) == code_in(typed), col(TrainingSession.trainer_id) == work.actor.user_id
    )
    training = work.session.exec(statement.with_for_update() if hold else statement).first()
    if training is None:
        raise NoSuchSession
    work.trail.about("training", training.id)
    return Room(work.session, training, work.now, work.knowledge, is_trainer=True)


# ---------------------------------------------------------------- what the trainer does


def create_session(work: Work, body: TrainingCreate) -> TrainingSessionRead:
    """Begin a session. Raises `InvalidInput` for a story that is not there, twice, or only to read."""
    _check_stories(work.knowledge, body.vignettes)
    connection = work.session.connection()
    for _ in range(_MOST_TRIES):
        training = TrainingSession(
            organisation_id=work.actor.organisation_id,
            trainer_id=work.actor.user_id,
            code=new_code(),
            language=body.language,
            vignettes=tuple(body.vignettes),
            created_at=work.now,
            ends_at=work.now + LIFETIME,
        )
        # Codes are unique among all organisations, so a taken one can be that of one we do not see.
        if connection.execute(_INSERT[connection.dialect.name], training.model_dump()).first():
            break
    else:
        raise RuntimeError("no code is free")
    work.trail.about("training", training.id)
    return read_session(Room(work.session, training, work.now, work.knowledge, is_trainer=True))


def _check_stories(knowledge: Knowledge, ids: list[str]) -> None:
    errors = []
    for place, id_ in enumerate(ids):
        story = knowledge.vignettes.get(id_)
        wrong = None
        if story is None:
            wrong = ("unknown_story", _UNKNOWN_STORY)
        elif not story.to_judge:
            wrong = ("only_to_read", _ONLY_TO_READ)
        elif id_ in ids[:place]:
            wrong = ("twice", _TWICE)
        if wrong:
            errors.append(FieldError("body", f"#/vignettes/{place}", *wrong))
    if errors:
        raise InvalidInput(errors=errors)


_UNKNOWN_STORY = Text(
    nl="Dit verhaal is er niet. Kies uit /v1/vignettes.",
    en="There is no such story. Choose from /v1/vignettes.",
)
_ONLY_TO_READ = Text(
    nl="Dit verhaal is alleen om te lezen. Kies een verhaal met iets om te beoordelen.",
    en="This story is only to read. Choose one with something to judge.",
)
_TWICE = Text(nl="Dit verhaal staat er twee keer.", en="This story is there twice.")


def change_session(work: Work, typed: str, body: TrainingChange, versions: Versions) -> TrainingSessionRead:
    """Show the results, or end the session. What it is already, it stays.

    Raises `NoSuchSession`, `SessionMovesForward`, `VersionRequired` and `VersionIsStale`.
    """
    room = enter_as_trainer(work, typed, hold=True)
    training, order = room.training, list(SessionState)
    versions.check(str(training.version))
    if order.index(body.state) < order.index(room.state):
        raise SessionMovesForward
    if body.state is not room.state:
        if body.state is SessionState.ENDED:
            training.ends_at = work.now
        else:
            training.results_shown_at = work.now
        training.version += 1
        work.session.flush()
    return read_session(room)


def list_sessions(work: Work) -> TrainingSessionList:
    """Return one's own sessions, the newest first."""
    trainings = work.session.exec(
        sqlmodel_select(TrainingSession)
        .where(col(TrainingSession.trainer_id) == work.actor.user_id)
        .order_by(col(TrainingSession.created_at).desc(), col(TrainingSession.id).desc())
    ).all()
    names: dict[UUID, list[str]] = {training.id: [] for training in trainings}
    joined = select(col(TrainingParticipant.session_id), col(TrainingParticipant.nickname)).where(
        col(TrainingParticipant.session_id).in_(names)
    )
    for session_id, nickname in work.session.execute(joined.order_by(col(TrainingParticipant.nickname_key))):
        names[session_id].append(nickname)
    counted = select(col(TrainingAnswer.session_id), func.count()).where(
        col(TrainingAnswer.session_id).in_(names)
    )
    answers = {
        row[0]: row[1] for row in work.session.execute(counted.group_by(col(TrainingAnswer.session_id)))
    }
    return TrainingSessionList(
        items=[
            TrainingSessionItem(
                id=training.id,
                vignettes=list(training.vignettes),
                nicknames=names[training.id],
                answers=answers.get(training.id, 0),
                **_head(training, work.now),
            )
            for training in trainings
        ]
    )


# ---------------------------------------------------------------- what everybody with the code sees


def read_session(room: Room) -> TrainingSessionRead:
    """Return a session with what there is to judge, without the key."""
    training = room.training
    answered = _answered(room)
    return TrainingSessionRead(
        join_address=f"/{training.language}{JOIN_ADDRESS[training.language].format(code=training.code)}",
        participants=count_participants(room),
        items=[_item(item, room, answered.get(item.key, 0)) for item in room.items],
        version=training.version,
        **_head(training, room.now),
    )


def count_participants(room: Room) -> int:
    """Return how many people joined."""
    found = select(func.count()).where(
        _PARTICIPANT.c.organisation_id == organisation_of(room.session),
        _PARTICIPANT.c.session_id == room.training.id,
    )
    return int(room.session.connection().execute(found).scalar_one())


def _answered(room: Room) -> dict[tuple[str, int], int]:
    found = (
        select(_ANSWER.c.vignette, _ANSWER.c.assessment, func.count())
        .where(
            _ANSWER.c.organisation_id == organisation_of(room.session),
            _ANSWER.c.session_id == room.training.id,
        )
        .group_by(_ANSWER.c.vignette, _ANSWER.c.assessment)
    )
    return {(story, number): count for story, number, count in room.session.connection().execute(found)}


def _head(training: TrainingSession, now: datetime) -> dict[str, Any]:
    return {
        "code": training.code,
        "state": _state(training, now),
        "language": training.language,
        "created_at": training.created_at,
        "ends_at": training.ends_at,
        "kept_until": training.ends_at + KEPT,
    }


def _item(item: Item, room: Room, answered: int) -> TrainingItemRead:
    language, assessment = room.training.language, item.assessment
    return TrainingItemRead(
        vignette=item.story.id,
        assessment=item.number,
        quiz=item.story.quiz,
        title=item.story.title[language],
        text=item.story.text[language],
        participant=assessment.participant[language],
        concern=assessment.concern[language],
        day=assessment.conversation_day,
        seen=assessment.seen[language] if assessment.seen else None,
        answered=answered,
    )
