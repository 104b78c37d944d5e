"""Stories to judge: read, judge, compare. Open to all; nothing is stored: the address holds what was given.

The key of an assessment leaves the server only after an own judgement of it.
"""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Response

from app.domain.answers import ALL_ANSWERS
from app.domain.errors import NotFound
from app.domain.scoring import Judged, score
from app.knowledge.library import Vignette, VignetteAssessment
from app.services.catalogue import schema, vignettes
from app.unguarded import open_to_all
from app.web.judging import NO_TYPE, TYPES, beside_key, chosen_in, judged_in, missing_in, practice_of
from app.web.pages import Pages
from app.web.places import address
from app.web.visits import AnyGuest, Guest, see_other

pages = Pages()
router = pages.router

_BY_CODE = {answers.code: answers for answers in ALL_ANSWERS}


@pages.get("stories")
@open_to_all
def list_stories(guest: AnyGuest) -> Response:
    """List the stories by what they are for."""
    return guest.page("stories.html", stories=vignettes(guest.knowledge, guest.language).items)


@pages.get("story")
@open_to_all
def show_story(guest: AnyGuest, id: str) -> Response:
    """Show a story: the next judgement to give, or the last one given beside the key.

    `given` holds the judgements until now; `next` asks for one more. Raises `NotFound`.
    """
    story = guest.knowledge.vignettes.get(id)
    if story is None:
        raise NotFound
    query = guest.request.query_params
    given = _given(query.get("given", ""))[: len(story.to_judge)]
    if "judged" in query and len(given) < len(story.to_judge):
        return _take_in(guest, story, given)
    if given and (len(given) == len(story.to_judge) or "next" not in query):
        return _compared(guest, story, given)
    return _page(guest, story, given)


def _take_in(guest: Guest, story: Vignette, given: list[Judged]) -> Response:
    """Add one judgement to the address, or say what is missing."""
    query = guest.request.query_params
    if errors := missing_in(query, guest.language):
        return _page(
            guest, story, given, typed=chosen_in(query), errors=errors, status=HTTPStatus.BAD_REQUEST
        )
    written = _written([*given, judged_in(query)])
    return see_other(address("story", guest.language, id=story.id, query={"given": written}) + "#judge")


# ---------------------------------------------------------------- what is shown


def _page(
    guest: Guest,
    story: Vignette,
    given: list[Judged],
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Ask for the next judgement. Of what is still to be judged, nothing but the question is in the page."""
    return guest.page(
        "story.html",
        status=status,
        schema=schema(guest.knowledge.current, guest.language),
        story=story,
        number=len(given) + 1,
        count=len(story.to_judge),
        item=story.to_judge[len(given)] if story.to_judge else None,
        given=_written(given),
        typed=typed or {},
        errors=errors or {},
        course=_course(guest, story) if not story.to_judge else (),
        compared=None,
        score=None,
    )


def _compared(guest: Guest, story: Vignette, given: list[Judged]) -> Response:
    ruleset, language = guest.knowledge.current, guest.language
    done = len(given) == len(story.to_judge)
    compared = [
        beside_key(ruleset, own, item, language) for own, item in zip(given, story.to_judge, strict=False)
    ]
    written = _written(given)
    return guest.page(
        "story.html",
        schema=schema(ruleset, language),
        story=story,
        number=len(given),
        count=len(story.to_judge),
        item=story.to_judge[len(given) - 1],
        given=written,
        course=_course(guest, story) if done else (),
        compared=compared[-1],
        score=score(one.comparison for one in compared) if done else None,
    )


def _course(guest: Guest, story: Vignette) -> list[tuple[VignetteAssessment, str]]:
    """Return how the story went, each step with the page of its answers."""
    return [(one, practice_of(one, guest.language)) for one in story.assessments]


# ---------------------------------------------------------------- what the address holds


def _given(text: str) -> list[Judged]:
    """Return the judgements in an address, up to the first that cannot be read."""
    found: list[Judged] = []
    for one in text.split("_") if text else ():
        code, _dot, kind = one.partition(".")
        if code not in _BY_CODE or kind not in TYPES:
            break
        found.append(Judged(_BY_CODE[code], TYPES[kind]))
    return found


def _written(given: list[Judged]) -> str:
    return "_".join(f"{one.answers.code}.{one.relationship_type or NO_TYPE}" for one in given)
