"""Second opinions: ask for one, judge a conversation blind, and see both views side by side."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Response

from app.domain.answers import Question
from app.domain.errors import Conflict, DomainError, IdempotencyKeyReused, InvalidInput
from app.domain.roles import Permission, Role
from app.domain.second_opinion import OpinionIsOver, OpinionState
from app.models.second_opinions import OpinionAnswers, SecondOpinionCreate, SecondOpinionRead
from app.problems import STATUS
from app.services import opinion_reads, opinions_given, second_opinions
from app.services.catalogue import schema
from app.services.opinion_reads import OpinionQuery
from app.services.second_opinions import Asking
from app.services.work import Actor
from app.web.case_forms import said_of
from app.web.forms import Typed
from app.web.mistakes import FORM, mistakes_in, model_of
from app.web.opinion_view import sides
from app.web.pages import Pages
from app.web.visits import Visit, form, page
from app.web.wording import _, say

pages = Pages()
router = pages.router

_FIELDS = {
    **{f"#/answers/{question}": question for question in Question},
    "#": "judged_type",
    "#/judged_type": "judged_type",
    "#/judged_reason": "judged_reason",
    "#/note": "note",
}


_NO_ANSWER = {
    Question.PROBLEM: _("Choose an answer: problem."),
    Question.HELP_REQUEST: _("Choose an answer: help request."),
    Question.SHARE_IN_SOLUTION: _("Choose an answer: share in the solution."),
}
_NOBODY = _("Choose who to ask from the list.")
_NO_PAGE = _("This page of the list does not exist. Begin at the first page.")


# ---------------------------------------------------------------- those of who looks


@pages.get("second_opinions")
def show_opinions(visit: Annotated[Visit, page(Permission.READ_OPINIONS)]) -> Response:
    """List what waits for an own view, and everything that was asked of or by who looks."""
    cursor = visit.request.query_params.get("cursor")
    errors: dict[str, str] = {}
    with visit.transaction(one_moment=True) as work:
        me = work.actor
        open_ones = opinion_reads.list_opinions(work, OpinionQuery(state=OpinionState.ASKED))
        try:
            found = opinion_reads.list_opinions(work, model_of(OpinionQuery, {"cursor": cursor}))
        except InvalidInput:
            errors = {FORM: say(visit.language, _NO_PAGE)}
            found = opinion_reads.list_opinions(work, OpinionQuery())
    waits = [one for one in open_ones.rows if _is_to_judge(me, one.supervisor.id)]
    return visit.page(
        "second_opinions.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        errors=errors,
        waits=waits,
        found=found,
        is_first=cursor is None or bool(errors),
    )


def _is_to_judge(actor: Actor, supervisor_id: UUID) -> bool:
    return actor.role is Role.SUPERVISOR and actor.user_id == supervisor_id


# ---------------------------------------------------------------- asking


@pages.get("second_opinion_ask")
def show_asking(id: UUID, visit: Annotated[Visit, page(Permission.READ_ASSESSMENTS)]) -> Response:
    """Ask who is to judge the conversation."""
    return _asking(visit, id)


@pages.post("second_opinion_ask")
def ask(id: UUID, visit: Annotated[Visit, form(Permission.ASK_OPINION)]) -> Response:
    """Ask somebody for an own view. From then on they do not see the case."""
    if visit.typed.resumes:
        return _asking(visit, id)
    try:
        with visit.transaction() as work:
            body = model_of(SecondOpinionCreate, {"supervisor_id": visit.typed.get("supervisor", "")})
            asked = second_opinions.ask(work, id, body)
            return visit.done(work, "second_opinion", id=asked.id)
    except (InvalidInput, Conflict, IdempotencyKeyReused) as error:
        return _asking(visit, id, error)


def _asking(visit: Visit, assessment_id: UUID, error: DomainError | None = None) -> Response:
    with visit.look(Permission.READ_ASSESSMENTS) as work:
        found, me = second_opinions.asking(work, assessment_id), work.actor
    errors: dict[str, str] = {}
    if isinstance(error, InvalidInput):
        errors = {"supervisor": say(visit.language, _NOBODY)}
    elif error is not None:
        errors = said_of(error, visit.language)
    return visit.page(
        "second_opinion_ask.html",
        status=STATUS[type(error)] if error else HTTPStatus.OK,
        assessment_id=assessment_id,
        asking=_for_themselves(found, me),
        given=visit.typed,
        errors=errors,
    )


def _for_themselves(found: Asking, actor: Actor) -> Asking:
    """Leave a supervisor the choice to judge along: whom to ask is for who had the conversation."""
    if actor.role is not Role.SUPERVISOR:
        return found
    return found._replace(supervisors=[one for one in found.supervisors if one.id == actor.user_id])


# ---------------------------------------------------------------- judging, and both views


@pages.get("second_opinion")
def show_opinion(id: UUID, visit: Annotated[Visit, page(Permission.READ_OPINIONS)]) -> Response:
    """Show the conversation to who is to judge it; and both views once that was done."""
    return _show(visit, id)


@pages.post("second_opinion")
def give(id: UUID, visit: Annotated[Visit, form(Permission.GIVE_OPINION)]) -> Response:
    """Record an own view of the conversation."""
    if visit.typed.resumes:
        return _show(visit, id)
    try:
        with visit.transaction() as work:
            opinions_given.give(work, id, _read(visit.typed))
            return visit.done(work, "second_opinion", id=id)
    except (InvalidInput, Conflict, IdempotencyKeyReused) as error:
        return _show(visit, id, error)


@pages.post("second_opinion_withdraw")
def withdraw(id: UUID, visit: Annotated[Visit, form(Permission.WITHDRAW_OPINION)]) -> Response:
    """End it without an answer."""
    if visit.typed.resumes:
        return visit.go("second_opinion", id=id)
    try:
        with visit.transaction() as work:
            second_opinions.withdraw(work, id)
            return visit.done(work, "second_opinion", id=id)
    except (OpinionIsOver, IdempotencyKeyReused) as error:
        return _show(visit, id, error)


def _read(typed: Typed) -> OpinionAnswers:
    values = {name: typed.text(name) for name in ("judged_type", "judged_reason", "note")}
    answers = {question: typed.get(question, "") for question in Question}
    return model_of(OpinionAnswers, {**values, "answers": answers})


def _show(visit: Visit, opinion_id: UUID, error: DomainError | None = None) -> Response:
    with visit.look(Permission.READ_OPINIONS) as work:
        opinion, me = opinion_reads.read_opinion(work, opinion_id), work.actor
    return visit.page(
        _template(opinion, me),
        status=STATUS[type(error)] if error else HTTPStatus.OK,
        opinion=opinion,
        sides=sides(opinion),
        given=visit.typed,
        errors=_mistakes(visit, error),
        schema=schema(visit.surroundings.knowledge.current, visit.language),
    )


def _template(opinion: SecondOpinionRead, actor: Actor) -> str:
    if opinion.state is OpinionState.GIVEN:
        return "second_opinion_given.html"
    to_judge = opinion.state is OpinionState.ASKED and _is_to_judge(actor, opinion.supervisor.id)
    return "second_opinion_judge.html" if to_judge else "second_opinion_open.html"


def _mistakes(visit: Visit, error: DomainError | None) -> Mapping[str, str]:
    if error is None:
        return {}
    if not isinstance(error, InvalidInput):
        return said_of(error, visit.language)
    found = mistakes_in(error, _FIELDS, visit.language)
    return {
        name: say(visit.language, _NO_ANSWER[Question(name)]) if name in _NO_ANSWER else said
        for name, said in found.items()
    }
