"""Reports: counts that say nothing about one client, and figures that rank nobody."""

from datetime import datetime
from uuid import UUID

from pydantic import Field as ApiField

from app.domain.answers import Answer, Question
from app.domain.classification import Clarity, RelationshipType
from app.domain.signals import SignalKind
from app.domain.thread import Perspective
from app.models.base import Output
from app.models.cases import ConcernRead, ParticipantRead
from app.models.classifications import AnswersRead

_TEAM = ApiField(
    description="The team that was asked for; null: all teams you see.",
    examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0c"],
)
_TYPE = ApiField(description="The type; null: none.", examples=["customer"])


class CountRead(Output):
    """A count, unless it is too small to show or would tell one that is."""

    count: int | None = ApiField(description="How many; null when it is hidden.", examples=[12])
    hidden: bool = ApiField(description="Under 5, or the last step to a count under 5.", examples=[False])
    least: int = ApiField(description="At least so many.", examples=[12])
    most: int | None = ApiField(
        description="At most so many, as far as what is shown tells that.", examples=[12]
    )
    query: str | None = ApiField(
        description="The address that lists exactly the rows behind the count; null when it is hidden.",
        examples=["/v1/transitions?from=visitor&to=customer&assessor=false&information=false"],
    )


class MoveCount(CountRead):
    """How often a relationship went from one type to another, or stayed as it was."""

    from_type: RelationshipType | None = ApiField(
        serialization_alias="from", description="The type before; null: none.", examples=["visitor"]
    )
    to_type: RelationshipType | None = ApiField(
        serialization_alias="to", description="The type after; null: none.", examples=["customer"]
    )


class FromCount(CountRead):
    """How often there was a step from this type, whatever came of it."""

    from_type: RelationshipType | None = ApiField(
        serialization_alias="from", description="The type before; null: none.", examples=["visitor"]
    )


class ToCount(CountRead):
    """How often there was a step to this type, wherever it came from."""

    to_type: RelationshipType | None = ApiField(
        serialization_alias="to", description="The type after; null: none.", examples=["customer"]
    )


class AnswerMove(CountRead):
    """How often one answer changed from this to that."""

    question: Question = ApiField(description="The question.", examples=["problem"])
    was: Answer = ApiField(description="The answer before.", examples=["no"])
    became: Answer = ApiField(description="The answer after.", examples=["yes"])


class MovesRead(Output):
    """A matrix of types, and beside it the answers that changed."""

    cells: list[MoveCount] = ApiField(description="From every type to every type.")
    rows: list[FromCount] = ApiField(description="The sum of each row.")
    columns: list[ToCount] = ApiField(description="The sum of each column.")
    total: CountRead = ApiField(description="All of it.")
    answers: list[AnswerMove] = ApiField(
        description="Changed answers. One step can change three, and many change none."
    )


class TransitionReport(Output):
    """How working relationships moved in a period of whole quarters."""

    team: UUID | None = _TEAM
    since: datetime = ApiField(
        description="The first moment of the first quarter.", examples=["2025-12-31T23:00:00Z"]
    )
    until: datetime = ApiField(
        description="The first moment after the last quarter.", examples=["2026-12-31T23:00:00Z"]
    )
    matrix: MovesRead = ApiField(description="Steps of one assessor.")
    assessor: MovesRead | None = ApiField(
        description="Steps to another assessor or perspective, apart; null unless asked for."
    )
    information: MovesRead | None = ApiField(
        description="Steps by better information, another wording or a correction, apart; null unless asked "
        "for."
    )


class TypeCount(CountRead):
    """How many threads stand at a type."""

    relationship_type: RelationshipType | None = _TYPE


class ClarityCount(CountRead):
    """How many threads are so sure."""

    clarity: Clarity = ApiField(description="How sure that is.", examples=["clear"])


class AnswerCount(CountRead):
    """How many threads have this answer now."""

    question: Question = ApiField(description="The question.", examples=["problem"])
    answer: Answer = ApiField(description="The answer.", examples=["yes"])


class SignalCount(CountRead):
    """How many threads ask for attention in this way; one thread can in several."""

    signal: SignalKind = ApiField(description="In which way.", examples=["stuck"])


class CaseloadReport(Output):
    """How the threads of open cases stand, or stood."""

    team: UUID | None = _TEAM
    at: datetime | None = ApiField(
        description="The moment that was asked for; null: now.", examples=["2026-09-30T22:00:00Z"]
    )
    threads: CountRead = ApiField(description="All of them.")
    types: list[TypeCount] = ApiField(description="By type.")
    clarities: list[ClarityCount] = ApiField(description="By how sure that is.")
    answers: list[AnswerCount] = ApiField(description="By each of the three answers.")
    signals: list[SignalCount] | None = ApiField(
        description="By what asks for attention now; null for a moment in the past."
    )


class EstimateRead(Output):
    """A figure with its interval of 95%."""

    value: float | None = ApiField(
        description="The estimate; null when it is hidden, or further away than anybody was followed.",
        examples=[120],
    )
    low: float | None = ApiField(description="The lower end of the interval.", examples=[75])
    high: float | None = ApiField(description="The upper end of the interval.", examples=[210])
    hidden: bool = ApiField(description="There are fewer than 5 to estimate it from.", examples=[False])


class WaitingRead(EstimateRead):
    """The share of threads that have not been at customer yet, so many days after they began."""

    days: int = ApiField(description="So many days after the first assessment.", examples=[90])


class DurationReport(Output):
    """How long it takes until a relationship first becomes customer, and how often it moves back."""

    team: UUID | None = _TEAM
    since: datetime = ApiField(
        description="Threads that began at this moment or later.", examples=["2025-12-31T23:00:00Z"]
    )
    until: datetime = ApiField(
        description="Threads that began before this moment.", examples=["2026-12-31T23:00:00Z"]
    )
    days: EstimateRead = ApiField(description="The median: half of the threads take so many days.")
    waiting: list[WaitingRead] = ApiField(description="Points of the curve of Kaplan and Meier.")
    back: EstimateRead = ApiField(
        description="Of the threads that became customer, the share that moved back after that."
    )


class ThreadStanding(Output):
    """How a thread stands, or stood at the moment that was asked for."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0e"])
    case_id: UUID = ApiField(description="The case.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0d"])
    participant: ParticipantRead = ApiField(description="Who.")
    concern: ConcernRead = ApiField(description="About what.")
    relationship_type: RelationshipType | None = _TYPE
    clarity: Clarity = ApiField(description="How sure that is.", examples=["clear"])
    provisional: bool = ApiField(description="Whether an answer is still unknown.", examples=[False])
    perspective: Perspective = ApiField(description="Whose view it is.", examples=["practitioner"])
    answers: AnswersRead = ApiField(description="The three answers.")
    assessed_at: datetime = ApiField(description="When it was seen.", examples=["2026-11-20T09:00:00Z"])
    assessment_id: UUID = ApiField(
        description="The assessment that says so.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"]
    )
