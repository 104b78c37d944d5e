"""Who takes part in a training: join under a nickname, answer, and look back at one's own answers."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.answers import Question
from app.domain.errors import FieldError, InvalidInput
from app.domain.texts import Text
from app.domain.training import (
    MOST_PARTICIPANTS,
    AnsweredOtherwise,
    NicknameIsTaken,
    NotJoined,
    SessionIsClosed,
    SessionIsFull,
    SessionState,
    nickname_key,
)
from app.models.base import table_of, uuid7
from app.models.classifications import AnswersRead
from app.models.training import LONGEST_NICKNAME, TrainingAnswer, TrainingParticipant
from app.models.training_reads import (
    JoinedRead,
    ParticipantCreate,
    TrainingAnswerCreate,
    TrainingAnswerRead,
)
from app.security import PARTICIPANT, is_well_formed, new_token, token_hash
from app.services.training import Room, count_participants

_PARTICIPANT, _ANSWER = table_of(TrainingParticipant), table_of(TrainingAnswer)
_JOIN = {
    "sqlite": sqlite.insert(_PARTICIPANT).on_conflict_do_nothing().returning(_PARTICIPANT.c.id),
    "postgresql": postgresql.insert(_PARTICIPANT).on_conflict_do_nothing().returning(_PARTICIPANT.c.id),
}
_KEEP = {
    "sqlite": sqlite.insert(_ANSWER).on_conflict_do_nothing().returning(_ANSWER.c.assessment),
    "postgresql": postgresql.insert(_ANSWER).on_conflict_do_nothing().returning(_ANSWER.c.assessment),
}
_KEY = tuple(column.name for column in _ANSWER.primary_key)
_FIND = select(_ANSWER).where(*(_ANSWER.c[name] == bindparam(f"of_{name}") for name in _KEY))
_OWN = select(_ANSWER).where(*(_ANSWER.c[name] == bindparam(f"of_{name}") for name in _KEY[:3]))
_MEMBER = select(_PARTICIPANT.c.id, _PARTICIPANT.c.nickname).where(
    _PARTICIPANT.c.organisation_id == bindparam("of_organisation"),
    _PARTICIPANT.c.session_id == bindparam("of_session"),
    _PARTICIPANT.c.secret_hash == bindparam("of_secret"),
)


class Member(NamedTuple):
    """Somebody in a session, as they are found by their secret."""

    id: UUID
    nickname: str


def join(room: Room, body: ParticipantCreate) -> JoinedRead:
    """Let somebody take part, in a room held for joining.

    Raises `SessionIsClosed`, `SessionIsFull` and `NicknameIsTaken`.
    """
    if room.state is not SessionState.OPEN:
        raise SessionIsClosed
    if count_participants(room) >= MOST_PARTICIPANTS:
        raise SessionIsFull
    secret = new_token(PARTICIPANT)
    connection = room.session.connection()
    row = {
        "organisation_id": room.training.organisation_id,
        "id": uuid7(),
        "session_id": room.training.id,
        "nickname": body.nickname,
        "nickname_key": nickname_key(body.nickname),
        "secret_hash": token_hash(secret),
        "joined_at": room.now,
    }
    if connection.execute(_JOIN[connection.dialect.name], row).first() is None:
        raise NicknameIsTaken(_free_name(room, body.nickname))
    return JoinedRead(participant=secret, nickname=body.nickname)


def _free_name(room: Room, nickname: str) -> str:
    found = select(_PARTICIPANT.c.nickname_key).where(
        _PARTICIPANT.c.organisation_id == room.training.organisation_id,
        _PARTICIPANT.c.session_id == room.training.id,
    )
    taken = {*room.session.connection().execute(found).scalars()}
    names = (f"{nickname[: LONGEST_NICKNAME - 4]} {number}" for number in range(2, len(taken) + 3))
    return next(name for name in names if nickname_key(name) not in taken)


def member(room: Room, secret: str) -> Member:
    """Return who has a secret. Raises `NotJoined`."""
    row = None
    if is_well_formed(secret, PARTICIPANT):
        own = {
            "of_organisation": room.training.organisation_id,
            "of_session": room.training.id,
            "of_secret": token_hash(secret),
        }
        row = room.session.connection().execute(_MEMBER, own).first()
    if row is None:
        raise NotJoined
    return Member(*row)


def answer(room: Room, body: TrainingAnswerCreate) -> tuple[TrainingAnswerRead, bool]:
    """Keep an answer, in a room held for answering; tell whether it is new.

    The same answer again is fine, also after the end: a phone that missed our answer asks once more.
    Raises `NotJoined`, `InvalidInput` for an item of another training, `AnsweredOtherwise` and
    `SessionIsClosed`.
    """
    participant_id = member(room, body.participant).id
    if (body.vignette, body.assessment) not in {item.key for item in room.items}:
        raise InvalidInput(errors=[FieldError("body", "#/assessment", "not_in_training", _NOT_IN_TRAINING)])
    row = {
        "organisation_id": room.training.organisation_id,
        "session_id": room.training.id,
        "participant_id": participant_id,
        **body.model_dump(exclude={"participant"}),
        "answered_at": room.now,
    }
    is_open, connection = room.state is SessionState.OPEN, room.session.connection()
    if is_open and connection.execute(_KEEP[connection.dialect.name], row).first() is not None:
        return _read(row), True
    stored = connection.execute(_FIND, {f"of_{name}": row[name] for name in _KEY}).mappings().first()
    if stored is None:
        raise SessionIsClosed
    if any(stored[name] != row[name] for name in (*Question, "relationship_type")):
        raise AnsweredOtherwise
    return _read(stored), False


_NOT_IN_TRAINING = Text(
    nl="Dit hoort niet bij deze training. Kies een verhaal en een nummer uit 'items'.",
    en="This does not belong to this training. Choose a story and a number from 'items'.",
)


def own_answers(room: Room, secret: str) -> list[TrainingAnswerRead]:
    """Return what somebody answered so far, in the order of the training. Raises `NotJoined`."""
    own = {
        "of_organisation_id": room.training.organisation_id,
        "of_session_id": room.training.id,
        "of_participant_id": member(room, secret).id,
    }
    found = room.session.connection().execute(_OWN, own).mappings()
    given = {(row["vignette"], row["assessment"]): row for row in found}
    return [_read(given[item.key]) for item in room.items if item.key in given]


def _read(row: Mapping[Any, Any]) -> TrainingAnswerRead:
    return TrainingAnswerRead(
        vignette=row["vignette"],
        assessment=row["assessment"],
        answers=AnswersRead(**{question.value: row[question] for question in Question}),
        relationship_type=row["relationship_type"],
        answered_at=row["answered_at"],
    )
