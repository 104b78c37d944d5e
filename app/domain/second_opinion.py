"""A second opinion: a supervisor judges a conversation without having seen the first judgement of it."""

from enum import StrEnum
from uuid import UUID

from app.domain.errors import Conflict
from app.domain.roles import Role
from app.domain.texts import Text


class OpinionState(StrEnum):
    """What became of a second opinion. It is asked once, and then given or withdrawn for good."""

    ASKED = "asked"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


def is_theirs_to_correct(role: Role, user_id: UUID, given_by: UUID | None) -> bool:
    """Tell whether somebody corrects what they see. `given_by` is whose second opinion it is, if it is one.

    A practitioner corrects what was recorded in their cases, a supervisor their own opinions: nobody puts
    other answers in the place of somebody else's opinion.
    """
    return given_by == user_id if given_by else role is Role.PRACTITIONER


class OpinionAsked(Conflict):
    """Somebody was to be asked twice for an own view of one conversation."""

    code = "opinion-asked"
    title = Text(nl="Deze vraag is er al", en="This was asked before")
    detail = Text(
        nl="Deze collega is al gevraagd om een tweede inschatting van dit gesprek, of gaf die al.",
        en="This colleague was asked for a second opinion on this conversation before, or has given it.",
    )


class OpinionIsOver(Conflict):
    """A second opinion was to be given or withdrawn that was given or withdrawn before."""

    code = "opinion-is-over"
    title = Text(nl="Deze vraag is al afgerond", en="This is over")
    detail = Text(
        nl="Deze tweede inschatting is al gegeven of ingetrokken. Zie 'state'.",
        en="This second opinion was given or withdrawn before. See 'state'.",
    )


class OpinionIsOpen(Conflict):
    """Somebody was to be shown a whole file while they are to judge a conversation in it blind."""

    code = "opinion-is-open"
    title = Text(nl="Geef eerst je eigen inschatting", en="Give your own view first")
    detail = Text(
        nl="Je bent gevraagd om een tweede inschatting in dit dossier. Geef die eerst, of trek de vraag in. "
        "Een collega met jouw functie kan dit ook doen.",
        en="You were asked for a second opinion in this file. Give it first, or withdraw it. A colleague in "
        "the same office can do this too.",
    )


class CountsNoMore(Conflict):
    """A second opinion was to be asked on an assessment that something took the place of."""

    code = "counts-no-more"
    title = Text(nl="Deze inschatting telt niet meer", en="This assessment counts no more")
    detail = Text(
        nl="Vraag een tweede inschatting bij een inschatting die telt. Zie 'superseded_by' en 'retracted'.",
        en="Ask for a second opinion on an assessment that counts. See 'superseded_by' and 'retracted'.",
    )
