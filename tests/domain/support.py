"""Short names for what the tables of these tests are full of, and made-up judgements."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.answers import ALL_ANSWERS, Question
from app.domain.classification import Clarity, RelationshipType
from app.domain.thread import Judgement, Perspective

BY_CODE = {answers.code: answers for answers in ALL_ANSWERS}

VISITOR, COMPLAINANT, CUSTOMER = RelationshipType
PROBLEM, HELP_REQUEST, SHARE = Question

ANN, BOB = UUID(int=0xA), UUID(int=0xB)
FIRST_DAY = datetime(2026, 1, 5, 10, tzinfo=UTC)
FIRST_RECORDING = datetime(2026, 6, 1, 9, tzinfo=UTC)

_ANSWERS = {VISITOR: "nnn", COMPLAINANT: "yyn", CUSTOMER: "yyy", None: "mmm"}


def day(number: int) -> datetime:
    """The moment of a conversation, counted in days from the first contact."""
    return FIRST_DAY + timedelta(days=number)


def recording(number: int) -> datetime:
    """The moment at which the judgement with this number was recorded."""
    return FIRST_RECORDING + timedelta(minutes=number)


def made(
    number: int, relationship_type: RelationshipType | None, on: int | None = None, **changes: Any
) -> Judgement:
    """A judgement by Ann, the practitioner, on the day of its number unless `on` says another."""
    judgement = Judgement(
        id=UUID(int=number),
        number=number,
        assessed_at=day(number if on is None else on),
        recorded_at=recording(number),
        recorded_by=ANN,
        conversation_id=UUID(int=1000 + (number if on is None else on)),
        perspective=Perspective.PRACTITIONER,
        answers=BY_CODE[_ANSWERS[relationship_type]],
        relationship_type=relationship_type,
        clarity=Clarity.CLEAR if relationship_type else Clarity.UNCLEAR,
        ruleset_version="2026.1",
    )
    return replace(judgement, **changes)


def corrected(judgement: Judgement, number: int, **changes: Any) -> Judgement:
    """A row that takes the place of another: what is not corrected is taken over."""
    corrections: dict[str, Any] = {
        "id": UUID(int=number),
        "number": number,
        "recorded_at": recording(number),
        "supersedes": judgement.id,
        "retracted": False,
    }
    return replace(judgement, **(corrections | changes))


def retracted(judgement: Judgement, number: int) -> Judgement:
    """A row that says that another was entered in error."""
    return corrected(judgement, number, retracted=True)


def numbers(judgements: list[Judgement]) -> list[int]:
    """Which judgements these are, in this order."""
    return [judgement.number for judgement in judgements]
