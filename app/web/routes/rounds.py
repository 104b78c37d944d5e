"""A round over several stories, alone and without an account. Nothing is stored: the address holds it all."""

from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus
from secrets import SystemRandom

from fastapi import Response

from app.domain.rounds import compare_rounds, pick, score_round
from app.domain.scoring import Judged
from app.knowledge.library import Item
from app.services.catalogue import schema
from app.unguarded import open_to_all
from app.web.judging import beside_key, chosen_in, judged_in, missing_in
from app.web.pages import Pages
from app.web.places import address
from app.web.round_address import Round, items_of, round_in
from app.web.visits import AnyGuest, Guest, see_other
from app.web.wording import HERE

pages = Pages()
router = pages.router

SHORT = 5
"""How many items the short round has."""

AGAIN_AFTER = timedelta(weeks=4)
"""When to do the same again: by then the answers of the first time are no longer remembered."""

_SCORED = "scored"
_ALL = "all"


@pages.get("round")
@open_to_all
def show_round(guest: AnyGuest) -> Response:
    """Offer rounds, ask for the next judgement, show the last one beside the key, or sum the round up.

    `next` goes on after a judgement was compared; `judged` says that the query holds a new one.
    """
    query = guest.request.query_params
    if choice := query.get("choice"):
        chosen = Round(tuple(_chosen(choice, list(items_of(guest.knowledge.vignettes).values()))))
        return see_other(address("round", guest.language, query=chosen.query))
    if not any(query.get(name) for name in ("items", "given", "before")):
        return guest.page("round_start.html", counts=_counts(guest), short=SHORT)
    found, whole = round_in(query, guest.knowledge.vignettes, _today(guest))
    if not whole:
        return _damaged(guest, found)
    if "judged" in query and not found.is_done:
        return _take_in(guest, found)
    if found.given and "next" not in query:
        return _compared(guest, found)
    return _summed_up(guest, found) if found.is_done else _ask(guest, found)


def _chosen(choice: str, items: list[Item]) -> list[Item]:
    scored = [item for item in items if item.is_scored]
    if choice == _ALL:
        return items
    if choice == _SCORED:
        return scored
    places = pick([item.story.id for item in scored], SHORT, SystemRandom().shuffle)
    return [scored[place] for place in places]


def _counts(guest: Guest) -> dict[str, int]:
    items = items_of(guest.knowledge.vignettes).values()
    scored = sum(item.is_scored for item in items)
    return {_SCORED: scored, _ALL: len(items), "discussion": len(items) - scored}


def _take_in(guest: Guest, found: Round) -> Response:
    query = guest.request.query_params
    if errors := missing_in(query, guest.language):
        return _ask(guest, found, chosen_in(query), errors, HTTPStatus.BAD_REQUEST)
    then = found.with_one_more(judged_in(query))
    return see_other(address("round", guest.language, query=then.query) + "#judge")


# ---------------------------------------------------------------- what is shown


def _damaged(guest: Guest, found: Round) -> Response:
    """Say what of the address could be read, and offer to go on with that."""
    return guest.page(
        "round_damaged.html",
        status=HTTPStatus.BAD_REQUEST,
        left=found if found.items else None,
        lost_before="before" in guest.request.query_params and not found.before,
    )


def _ask(
    guest: Guest,
    found: Round,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Ask for the next judgement. Neither its key nor an earlier judgement of it is there to read."""
    today = _today(guest)
    return guest.page(
        "round.html",
        status=status,
        schema=schema(guest.knowledge.current, guest.language),
        round=found,
        number=len(found.given) + 1,
        item=found.items[len(found.given)],
        typed=typed or {},
        errors=errors or {},
        compared=None,
        early=found.since is not None and today < found.since + AGAIN_AFTER,
        again_from=found.since + AGAIN_AFTER if found.since else None,
    )


def _compared(guest: Guest, found: Round) -> Response:
    item = found.items[len(found.given) - 1]
    ruleset, language = guest.knowledge.current, guest.language
    return guest.page(
        "round.html",
        schema=schema(ruleset, language),
        round=found,
        number=len(found.given),
        item=item,
        compared=beside_key(ruleset, found.given[-1], item.assessment, language),
    )


def _summed_up(guest: Guest, found: Round) -> Response:
    ruleset, language = guest.knowledge.current, guest.language
    beside = [
        (item, beside_key(ruleset, own, item.assessment, language))
        for item, own in zip(found.items, found.given, strict=True)
    ]
    scored = [(item, one) for item, one in beside if item.is_scored]
    today = _today(guest)
    there = address("round", language, query=found.to_do_again(today).query)
    return guest.page(
        "round_end.html",
        schema=schema(ruleset, language),
        round=found,
        scored=scored,
        discussed=[(item, one) for item, one in beside if not item.is_scored],
        score=score_round((one.own, one.key) for _item, one in scored),
        again=_again(found),
        once_more=there,
        to_keep=str(guest.request.base_url).rstrip("/") + there,
        again_from=today + AGAIN_AFTER,
    )


def _again(found: Round) -> object:
    """Return the comparison with the first time; `None` for who does the round for the first time."""
    before: tuple[Judged, ...] = found.before
    return compare_rounds(before, found.given) if before else None


def _today(guest: Guest) -> date:
    return guest.surroundings.clock().astimezone(HERE).date()
