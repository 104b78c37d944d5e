"""The log of changes: which steps were made, filtered as exactly as a report counts them."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, Select, String, case, func, literal, type_coerce
from sqlmodel import col

from app.domain.answers import Answer, Question
from app.domain.thread import NOT_ABOUT_THE_CLIENT, Direction
from app.models.base import Flag, Moment
from app.models.cases import Case
from app.models.threads import TransitionInThread, TransitionRow, TypeOrNone
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.visibility import points_at, visible_cases
from app.services.work import Work


class StepKind(StrEnum):
    """What a step tells about: every step is of exactly one kind."""

    MOVE = "move"
    ASSESSOR = "assessor"
    INFORMATION = "information"


KIND: ColumnElement[str] = case(
    (col(TransitionRow.other_assessor), literal(StepKind.ASSESSOR.value)),
    (col(TransitionRow.change_reason).in_(sorted(NOT_ABOUT_THE_CLIENT)), literal(StepKind.INFORMATION.value)),
    else_=literal(StepKind.MOVE.value),
)
"""The kind of a step, in SQL."""


class TransitionQuery(PageQuery):
    """Which transitions to list."""

    team: UUID | None = Field(default=None, description="In cases of this team.")
    practitioner: UUID | None = Field(default=None, description="In cases of this practitioner.")
    from_type: TypeOrNone | None = Field(
        default=None, alias="from", description="From this type; `none`: there was no type."
    )
    to_type: TypeOrNone | None = Field(
        default=None, alias="to", description="To this type; `none`: there is no type."
    )
    direction: Direction | None = Field(default=None, description="In this direction.")
    assessor: Flag | None = Field(
        default=None, description="Whether the step is to another assessor or perspective."
    )
    information: Flag | None = Field(
        default=None,
        description="Whether the step is by better information, another wording or a correction, and of one "
        "assessor.",
    )
    question: Question | None = Field(default=None, description="In which the answer to this changed.")
    was: Answer | None = Field(default=None, description="From this answer; goes with `question`.")
    became: Answer | None = Field(default=None, description="To this answer; goes with `question`.")
    since: Moment | None = Field(default=None, description="Assessed at this moment or later.")
    until: Moment | None = Field(default=None, description="Assessed before this moment.")

    @model_validator(mode="after")
    def check_that_answers_have_their_question(self) -> "TransitionQuery":
        """An answer says nothing without its question."""
        if self.question is None and (self.was or self.became):
            raise PydanticCustomError("question_missing", "an answer without its question")
        return self


def list_transitions(work: Work, query: TransitionQuery) -> Slice:
    """Return a page of the visible transitions, newest first."""
    statement = newest_first(
        _asked(work, query), col(TransitionRow.assessed_at), col(TransitionRow.assessment_id), query
    )
    page = sliced(
        list(work.session.execute(statement).scalars()),
        query,
        lambda step: Place(step.assessed_at, step.assessment_id),
    )
    work.trail.shows(*(step.case_id for step in page.rows))
    return Slice([TransitionInThread.model_validate(step) for step in page.rows], page.next_cursor)


def visible_steps(work: Work) -> Select[*tuple[Any, ...]]:
    """Select the visible transitions, with their cases."""
    return visible_cases(work).join(TransitionRow, points_at(TransitionRow, TransitionRow.case_id, Case))


def _asked(work: Work, query: TransitionQuery) -> Select[*tuple[Any, ...]]:
    statement = visible_steps(work).with_only_columns(TransitionRow)
    for column, value in (
        (Case.team_id, query.team),
        (Case.practitioner_id, query.practitioner),
        (TransitionRow.direction, query.direction),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    for type_column, kind in (
        (TransitionRow.from_type, query.from_type),
        (TransitionRow.to_type, query.to_type),
    ):
        if kind is not None:
            statement = statement.where(col(type_column).is_not_distinct_from(kind.relationship_type))
    for kind_of_step, wanted in (
        (StepKind.ASSESSOR, query.assessor),
        (StepKind.INFORMATION, query.information),
    ):
        if wanted is not None:
            is_so = KIND.in_([kind_of_step.value])
            statement = statement.where(is_so if wanted else ~is_so)
    if query.question is not None:
        statement = statement.where(*_changed(query.question, query.was, query.became))
    if query.since is not None:
        statement = statement.where(col(TransitionRow.assessed_at) >= query.since)
    if query.until is not None:
        statement = statement.where(col(TransitionRow.assessed_at) < query.until)
    return statement


def _changed(question: Question, was: Answer | None, became: Answer | None) -> list[ColumnElement[bool]]:
    """Return the conditions that the answer to a question changed, from this and to that."""
    place = list(Question).index(question) + 1
    before, after = (
        func.substr(type_coerce(col(column), String), place, 1)
        for column in (TransitionRow.answers_before, TransitionRow.answers_after)
    )
    given = [side == answer[0] for side, answer in ((before, was), (after, became)) if answer]
    return [before != after, *given]
