"""What asks for attention: for a supervisor before a meeting, and for a practitioner at the desk."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Response

from app.domain.errors import InvalidInput
from app.domain.roles import Permission
from app.domain.signals import SignalKind
from app.knowledge.library import ReflectionMoment
from app.services import attention, caseload
from app.services.cases import CaseloadQuery
from app.web.mistakes import FORM, mistakes_in, model_of
from app.web.pages import Pages
from app.web.places import address
from app.web.visits import Visit, page
from app.web.wording import say

pages = Pages()
router = pages.router

_FILTERS = ("signal", "team", "cursor")
_WRONG = {"#/signal": "signal", "#/team": "team"}


@pages.get("attention")
def show_attention(visit: Annotated[Visit, page(Permission.READ_CASES)]) -> Response:
    """Show what asks for attention in open cases, with the reason, what was tried and a question to ask."""
    given = visit.request.query_params
    asked = {name: given[name].strip() for name in _FILTERS if given.get(name, "").strip()}
    found, errors = None, {}
    with visit.transaction(one_moment=True) as work:
        choices, now = caseload.choices_of(work), work.now
        try:
            found = attention.look_for_attention(work, model_of(CaseloadQuery, asked))
        except InvalidInput as error:
            errors = mistakes_in(error, _WRONG, visit.language)
            if any(one.location.endswith("cursor") for one in error.errors):
                errors[FORM] = say(
                    visit.language, "This page of the list does not exist. Begin at the first page."
                )
    kept = {name: value for name, value in asked.items() if name != "cursor"}
    knowledge = visit.surroundings.knowledge
    stuck = asked.get("signal") == SignalKind.STUCK
    return visit.page(
        "attention.html",
        fragment="_attention_found.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        errors=errors,
        asked={name: asked.get(name, "") for name in _FILTERS},
        choices=choices,
        found=found,
        now=now,
        signals={kind: knowledge.signals[kind].label[visit.language] for kind in SignalKind},
        prompts=[
            one.text for one in knowledge.prompts.values() if stuck and one.when is ReflectionMoment.STUCK
        ],
        with_filter=lambda **changed: address("attention", visit.language, query=kept | changed),
    )
