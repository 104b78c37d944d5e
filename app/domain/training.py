"""A group that judges stories together: codes to join by, how far a session is, what can go wrong."""

import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.errors import Conflict, DomainError, NotFound
from app.domain.texts import Text

LIFETIME = timedelta(days=1)
"""A session ends after a day, unless its trainer ends it sooner."""
KEPT = timedelta(days=30)
"""How long a session stays after it ended."""
JOIN_ADDRESS = Text(nl="/meedoen/{code}", en="/join/{code}")
"""Where people join, below the language of the pages."""
MOST_PARTICIPANTS = 200
MOST_STORIES = 20

# Without vowels there are no words in it, and without 0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V nothing that looks
# alike on a wall. 20 to the power of 6 is 64 million.
CODE_ALPHABET = "3479CDFHJKMNPQRTVWXY"
CODE_LENGTH = 6
_CODE = re.compile(f"[{CODE_ALPHABET}]{{{CODE_LENGTH}}}")
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015.]+")


def new_code() -> str:
    """Make a code to join by."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def code_in(typed: str) -> str | None:
    """Return the code somebody typed, in any case, with spaces or dashes; `None`: it can be none of ours."""
    code = _BETWEEN.sub("", typed).upper()
    return code if _CODE.fullmatch(code) else None


def nickname_key(nickname: str) -> str:
    """Return what two nicknames have in common that people take for the same."""
    return " ".join(unicodedata.normalize("NFKC", nickname).casefold().split())


class SessionState(StrEnum):
    """How far a session is; it never goes back."""

    OPEN = "open"
    """Participants join and answer."""
    RESULTS_SHOWN = "results_shown"
    """Everybody with the code sees the answers beside the key, and nobody answers any more."""
    ENDED = "ended"


def state_of(results_shown_at: datetime | None, ends_at: datetime, now: datetime) -> SessionState:
    """Return how far a session is at a moment."""
    if now >= ends_at:
        return SessionState.ENDED
    return SessionState.OPEN if results_shown_at is None else SessionState.RESULTS_SHOWN


# ---------------------------------------------------------------- what can go wrong


class NoSuchSession(NotFound):
    """No session has this code, or not any more, or it is of another trainer: always the same words."""

    code = "no-such-session"
    title = Text(nl="Deze code kennen we niet", en="We do not know this code")
    detail = Text(
        nl="Controleer de code bij de trainer. Na een training wordt een code na een tijd verwijderd.",
        en="Check the code with the trainer. Some time after a training its code is removed.",
    )


class NotJoined(DomainError):
    """The secret of a participant is not one of this session."""

    code = "not-joined"
    title = Text(nl="Je doet nog niet mee", en="You have not joined yet")
    detail = Text(
        nl="Er is niets opgeslagen. Doe eerst mee met een bijnaam. Daarna kun je antwoorden.",
        en="Nothing was saved. Join with a nickname first. After that you can answer.",
    )


class SessionIsClosed(Conflict):
    """Somebody wanted to join or answer after the results were shown, or after the end."""

    code = "session-is-closed"
    title = Text(nl="Deze training neemt geen antwoorden meer aan", en="This training takes no more answers")
    detail = Text(
        nl="De uitkomst is getoond of de training is afgelopen. Wat je eerder antwoordde, telt mee.",
        en="The results were shown or the training has ended. What you answered before counts.",
    )


class SessionIsFull(Conflict):
    """As many people joined as a session can have."""

    code = "session-is-full"
    title = Text(nl="Deze training is vol", en="This training is full")
    detail = Text(
        nl=f"Er doen al {MOST_PARTICIPANTS} mensen mee. Vraag de trainer om een tweede training te starten.",
        en=f"There are {MOST_PARTICIPANTS} people in it already. Ask the trainer to start a second one.",
    )


class NicknameIsTaken(Conflict):
    """Somebody else in this session has this nickname. `suggestion` is one that is free."""

    code = "nickname-is-taken"
    title = Text(nl="Deze bijnaam is al in gebruik", en="This nickname is in use already")

    def __init__(self, suggestion: str) -> None:
        super().__init__(
            Text(
                nl=f"Kies een andere bijnaam, zoals: {suggestion}",
                en=f"Choose another nickname, such as: {suggestion}",
            )
        )
        self.suggestion = suggestion


class AnsweredOtherwise(Conflict):
    """A participant answered this item before, and otherwise. The first answer stays."""

    code = "answered-otherwise"
    title = Text(nl="Je hebt dit al beantwoord", en="You have answered this before")
    detail = Text(
        nl="Je eerste antwoord blijft staan. Een antwoord veranderen kan niet: bespreek het in de groep.",
        en="Your first answer stays. An answer cannot be changed: talk about it in the group.",
    )


class ResultsNotShown(Conflict):
    """The results are for the trainer alone until the trainer shows them."""

    code = "results-not-shown"
    title = Text(nl="De uitkomst is er nog niet", en="The results are not there yet")
    detail = Text(
        nl="De trainer toont de uitkomst aan iedereen tegelijk. Probeer het daarna opnieuw.",
        en="The trainer shows the results to everybody at once. Try again after that.",
    )


class SessionMovesForward(Conflict):
    """A session was to go back: from ended, or from shown to open."""

    code = "session-moves-forward"
    title = Text(nl="Een training gaat alleen vooruit", en="A training only moves forward")
    detail = Text(
        nl="Wat getoond is, blijft getoond, en wat afgelopen is, blijft afgelopen. Zie 'state'.",
        en="What was shown stays shown, and what has ended stays ended. See 'state'.",
    )
