"""Write, read, share and take back reflections. What is private is seen by its writer alone."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlmodel import col

from app.domain.errors import FieldError, InvalidInput, NotFound
from app.domain.reflection import SO, SO_HINT, is_time_for_perspective, needs_so_hint
from app.domain.texts import Language, Text
from app.domain.thread import in_force
from app.knowledge import Knowledge
from app.knowledge.library import Prompt, ReflectionMoment
from app.models.assessments import AssessmentHead
from app.models.base import Named
from app.models.cases import Case
from app.models.organisations import User
from app.models.reflections import (
    PromptList,
    PromptRead,
    Reflection,
    ReflectionCreate,
    ReflectionRead,
    ReflectionWritten,
)
from app.models.threads import Thread
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.places import refuse_restricted
from app.services.projections import judgements
from app.services.visibility import points_at, visible_cases
from app.services.work import Work


class ReflectionQuery(PageQuery):
    """Which reflections to list."""

    case: UUID | None = Field(default=None, description="About this case.")


# ---------------------------------------------------------------- prompts


def prompts(knowledge: Knowledge, language: Language) -> PromptList:
    """Return all prompts."""
    return PromptList(items=[prompt_read(one, language) for one in knowledge.prompts.values()])


@cache
def prompt_read(prompt: Prompt, language: Language) -> PromptRead:
    """Return one prompt in one language."""
    return PromptRead(
        id=prompt.id,
        when=prompt.when,
        text=prompt.text[language],
        private=prompt.private,
        sources=list(prompt.sources),
    )


def prompts_at(knowledge: Knowledge, moment: ReflectionMoment) -> list[Prompt]:
    """Return the prompts of a moment, but for the closing question: closing a case asks that one."""
    asked = knowledge.closing_question.id
    return [one for one in knowledge.prompts.values() if one.when == moment and one.id != asked]


def offers_perspective(work: Work, one: AssessmentHead) -> bool:
    """Tell whether it is time to look from the other side, after this assessment."""
    return is_time_for_perspective(in_force(judgements(work.session, one.thread_id)), one.id)


# ---------------------------------------------------------------- who sees what


def is_open_to_others() -> ColumnElement[bool]:
    """Return the condition that a reflection is not for its writer alone."""
    return ~col(Reflection.private) | col(Reflection.shared_at).is_not(None)


def _visible(work: Work) -> Select[Any]:
    """Select what the actor may see, with the names of the writers.

    Their own, and in the cases they see what is open to others. Of a case that is out of sight now
    nothing is, not even their own: it is about that case.
    """
    is_own = col(Reflection.writer_id) == work.actor.user_id
    cases = visible_cases(work).with_only_columns(col(Case.id))
    return (
        select(Reflection)
        .add_columns(col(User.name))
        .join(User, points_at(Reflection, Reflection.writer_id, User))
        .where(
            col(Reflection.organisation_id) == work.actor.organisation_id,
            or_(
                and_(col(Reflection.case_id).is_(None), is_own),
                and_(col(Reflection.case_id).in_(cases), or_(is_own, is_open_to_others())),
            ),
        )
    )


def list_reflections(work: Work, query: ReflectionQuery, *, own: bool = False) -> Slice:
    """Return a page of what the actor may see, the newest first; with `own` only what they wrote."""
    statement = _visible(work)
    if own:
        statement = statement.where(col(Reflection.writer_id) == work.actor.user_id)
    if query.case is not None:
        statement = statement.where(col(Reflection.case_id) == query.case)
    ordered = newest_first(statement, col(Reflection.written_at), col(Reflection.id), query)
    page = sliced(work.session.execute(ordered).all(), query, lambda row: Place(row[0].written_at, row[0].id))
    return Slice(_reads(work, page.rows), page.next_cursor)


def in_case(work: Work, case_id: UUID) -> list[ReflectionRead]:
    """Return what is open to whoever sees a case, the oldest first; what is private is not in it."""
    statement = _visible(work).where(col(Reflection.case_id) == case_id, is_open_to_others())
    ordered = statement.order_by(col(Reflection.written_at), col(Reflection.id))
    return _reads(work, work.session.execute(ordered).all())


def reflections_of_file(work: Work, case_id: UUID) -> list[ReflectionRead]:
    """Return what is part of a file the actor was found to deal with: only what is open to others."""
    statement = (
        select(Reflection)
        .add_columns(col(User.name))
        .join(User, points_at(Reflection, Reflection.writer_id, User))
        .where(col(Reflection.case_id) == case_id, is_open_to_others())
        .order_by(col(Reflection.written_at), col(Reflection.id))
    )
    return _reads(work, work.session.execute(statement).all())


def _reads(work: Work, rows: Sequence[Any]) -> list[ReflectionRead]:
    work.trail.shows(*(row.case_id for row, _ in rows if row.case_id is not None))
    return [reflection_read(work, row, name) for row, name in rows]


def reflection_read(work: Work, row: Reflection, name: str) -> ReflectionRead:
    """Return one reflection in words."""
    return ReflectionRead(
        id=row.id,
        prompt=prompt_read(work.knowledge.prompts[row.prompt_id], work.language),
        text=row.reflection_text,
        case_id=row.case_id,
        thread_id=row.thread_id,
        shared_at=row.shared_at,
        written_at=row.written_at,
        written_by=Named(id=row.writer_id, name=name),
    )


# ---------------------------------------------------------------- writing


def write_reflection(work: Work, body: ReflectionCreate) -> ReflectionWritten:
    """Keep what somebody wrote, in a closed case as well.

    Raises `NotFound` for a case out of sight or a thread of another case, `CaseIsRestricted`, and
    `InvalidInput` for a prompt that is not there. An empty or worn-out 'so' gets a hint, and no more.
    """
    prompt = work.knowledge.prompts.get(body.prompt_id)
    if prompt is None:
        raise InvalidInput(errors=[FieldError("body", "#/prompt_id", "no_such_prompt", _NO_SUCH_PROMPT)])
    if body.case_id is not None:
        _find_case(work, body.case_id, body.thread_id)
    row = Reflection(
        organisation_id=work.actor.organisation_id,
        writer_id=work.actor.user_id,
        case_id=body.case_id,
        thread_id=body.thread_id,
        prompt_id=prompt.id,
        reflection_text=body.text,
        private=prompt.private,
        written_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.trail.about("reflection", row.id)
    hint = SO_HINT[work.language] if prompt.id == SO and needs_so_hint(body.text) else None
    return ReflectionWritten(**dict(reflection_read(work, row, work.actor.name)), hint=hint)


def _find_case(work: Work, case_id: UUID, thread_id: UUID | None) -> None:
    found = visible_cases(work).where(col(Case.id) == case_id).with_only_columns(col(Case.id))
    if thread_id is not None:
        found = found.join(Thread, points_at(Thread, Thread.case_id, Case)).where(col(Thread.id) == thread_id)
    if work.session.execute(found).first() is None:
        raise NotFound
    refuse_restricted(work, case_id)
    work.trail.shows(case_id)


_NO_SUCH_PROMPT = Text(
    nl="Die vraag is er niet. Zie GET /v1/reflection-prompts.",
    en="There is no such prompt. See GET /v1/reflection-prompts.",
)


def share(work: Work, reflection_id: UUID, *, shared: bool) -> None:
    """Let who sees the case see an own private reflection, or no longer.

    Raises `NotFound`, and `InvalidInput` where it is about no case: then there is nobody to share it with.
    """
    row = _own(work, reflection_id)
    if row.case_id is None:
        raise InvalidInput(errors=[FieldError("body", "#", "no_case", _NO_CASE)])
    row.shared_at = (row.shared_at or work.now) if shared else None
    work.session.flush()


def take_back(work: Work, reflection_id: UUID) -> None:
    """Delete an own reflection for good, as long as nobody else can see it.

    Raises `NotFound`, and `InvalidInput` for what others can see.
    """
    row = _own(work, reflection_id)
    if row.case_id is not None and (not row.private or row.shared_at is not None):
        raise InvalidInput(errors=[FieldError("body", "#", "others_see_it", _OTHERS_SEE_IT)])
    work.session.delete(row)
    work.session.flush()


_NO_CASE = Text(
    nl="Deze reflectie hoort bij geen dossier, dus er is niemand om haar mee te delen.",
    en="This reflection belongs to no file, so there is nobody to share it with.",
)
_OTHERS_SEE_IT = Text(
    nl="Anderen kunnen deze reflectie zien. Alleen wat van jou alleen is kun je verwijderen.",
    en="Others can see this reflection. You can delete only what is yours alone.",
)


def _own(work: Work, reflection_id: UUID) -> Reflection:
    statement = _visible(work).where(
        col(Reflection.id) == reflection_id, col(Reflection.writer_id) == work.actor.user_id
    )
    row = work.session.execute(statement).first()
    if row is None:
        raise NotFound
    reflection: Reflection = row[0]
    work.trail.about("reflection", reflection_id)
    if reflection.case_id is not None:
        work.trail.shows(reflection.case_id)
    return reflection
