"""The form of an assessment: from what was typed to the input of the use case, and what is wrong with it.

Days and times are typed as on the clock here, and go on as moments.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, Protocol
from uuid import UUID

from app.domain.answers import Question
from app.domain.errors import FieldError, InvalidInput
from app.models.assessments import AssessmentCreate
from app.models.base import utc_text
from app.services.recording import Offer
from app.web.forms import Typed
from app.web.mistakes import FORM, model_of
from app.web.wording import HERE, _, in_both

OTHER = "other"
"""What is chosen to name somebody, or something, that is not in the list."""

SCALES = ("progress", "confidence", "willingness")
PLAIN_TEXTS = (*(f"words_{question}" for question in Question), "concern_wording", "judged_reason", "note")
"""The fields with own sentences, which get hints for plain language."""

FIELDS = {
    "#/case/reference": "reference",
    "#/participant": "participant",
    "#/participant/reference": "participant_reference",
    "#/participant/role": "participant_role",
    "#/concern": "concern",
    "#/concern/reference": "concern_reference",
    "#/concern/wording": "concern_wording",
    **{f"#/answers/{question}": question.value for question in Question},
    "#/conversation/held_at": "held_on",
    "#/conversation/referral": "referral",
    **{f"#/own_words/{question}": f"words_{question}" for question in Question},
    "#/note": "note",
    "#/task_given": "task_given",
    "#/previous_task_done": "previous_task_done",
    "#/change_reason": "change_reason",
    **{f"#/scales/{scale}": scale for scale in SCALES},
    "#": "judged_type",
    "#/judged_type": "judged_type",
    "#/judged_reason": "judged_reason",
    "#/perspective": "perspective",
    "#/assessed_at": "assessed_on",
}
"""The field of each location of the input, in the order of the form."""

_ALWAYS_SHOWN = frozenset(
    {
        FORM,
        "reference",
        "participant",
        "participant_reference",
        "participant_role",
        "concern",
        "concern_reference",
        "concern_wording",
        *Question,
    }
)
_FOLDED = frozenset({*FIELDS.values(), "held_time", "assessed_time"}) - _ALWAYS_SHOWN


def is_unfolded(typed: Typed, errors: dict[str, str]) -> bool:
    """Tell whether something in the folded part was filled in, or is wrong."""
    filled = {name for name in _FOLDED if typed.text(name)}
    if typed.text("perspective") == "practitioner":
        filled.discard("perspective")
    return bool(filled or _FOLDED & {*errors})


def read(typed: Typed, offer: Offer | None, now: datetime) -> AssessmentCreate:
    """Return what was typed as the input of the use case.

    `offer` is the case of the form; without one its reference was typed. Raises `InvalidInput`, with
    everything that is wrong by its location.
    """
    wrong: list[FieldError] = []
    values = {
        "case": {"reference": offer.reference} if offer else {"reference": _needed(typed, "reference")},
        "participant": _chosen(typed, "participant", offer.participants if offer else (), "role", wrong),
        "concern": _chosen(typed, "concern", offer.concerns if offer else (), "wording", wrong),
        "conversation": {
            "held_at": _sent(_held_at(typed, offer, now, wrong)),
            "referral": typed.text("referral"),
        },
        "assessed_at": _sent(_moment(typed, "assessed", now, "#/assessed_at", wrong)),
        "answers": {question: _needed(typed, question) for question in Question},
        "own_words": {question: typed.text(f"words_{question}") for question in Question},
        "scales": {scale: _number(typed.text(scale)) for scale in SCALES},
        "perspective": typed.text("perspective") or "practitioner",
        **{
            name: typed.text(name)
            for name in (
                "judged_type",
                "judged_reason",
                "task_given",
                "previous_task_done",
                "change_reason",
                "note",
            )
        },
    }
    try:
        body = model_of(AssessmentCreate, values)
    except InvalidInput as error:
        # What was said about a choice as a whole is not said again about its parts.
        said = tuple(f"{one.location}/" for one in wrong)
        wrong += [_in_words(one) for one in error.errors if not one.location.startswith(said)]
        raise InvalidInput(errors=wrong) from None
    if wrong:
        raise InvalidInput(errors=wrong)
    return body


class _Listed(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def reference(self) -> str: ...


def _chosen(
    typed: Typed, name: str, listed: Sequence[_Listed], detail: str, wrong: list[FieldError]
) -> dict[str, str | None]:
    """Return who or what was chosen from a list, or named anew; never a guess between the two."""
    anew = {"reference": typed.text(f"{name}_reference"), detail: typed.text(f"{name}_{detail}")}
    choice = typed.text(name)
    named_anew = anew["reference"] or anew[detail]
    if not listed or choice == OTHER or (choice is None and named_anew):
        return {**anew, "reference": anew["reference"] or ""}
    if choice is None:
        return _refused(wrong, name, "missing", _("Choose one, or fill in another."))
    if named_anew:
        return _refused(wrong, name, "two_choices", _("Two are filled in. Choose one, or empty the other."))
    found = next((one for one in listed if str(one.id) == choice), None)
    if found is None:
        return _refused(wrong, name, "not_an_option", _("Choose one of this case."))
    return {"reference": found.reference}


def _refused(wrong: list[FieldError], name: str, code: str, message: str) -> dict[str, str | None]:
    wrong.append(_mistake(f"#/{name}", code, message))
    return {}


def _held_at(typed: Typed, offer: Offer | None, now: datetime, wrong: list[FieldError]) -> datetime | None:
    """Return when the conversation was: as typed, else the one that is gone on with, else `None` for now."""
    moment = _moment(typed, "held", now, "#/conversation/held_at", wrong)
    chosen = typed.text("conversation")
    if moment is not None or wrong or chosen is None:
        return moment
    if offer is None or offer.conversation is None:
        message = _("The conversation that was chosen is not of this case. Fill in when it was.")
        wrong.append(_mistake("#/conversation/held_at", "not_an_option", message))
        return None
    return offer.conversation.held_at


_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile("[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def _moment(
    typed: Typed, name: str, now: datetime, location: str, wrong: list[FieldError]
) -> datetime | None:
    """Return a day and a time on the clock here as a moment. Without a day it is today."""
    day, hour = typed.text(f"{name}_on"), typed.text(f"{name}_time")
    if day is None and hour is None:
        return None
    if hour is None:
        wrong.append(_mistake(location, "missing", _("Fill in the time too.")))
        return None
    moment = moment_here(day or now.astimezone(HERE).date().isoformat(), hour)
    if moment is None:
        message = _("This day or time does not exist. Check both, and mind the change to summer time.")
        wrong.append(_mistake(location, "not_a_moment", message))
    return moment


def moment_here(day: str, hour: str) -> datetime | None:
    """Return the moment of a day and a time on the clock here; `None` when it never was or will be.

    An hour that comes twice, when summer time ends, is the first of the two.
    """
    if not _DAY.fullmatch(day) or not _TIME.fullmatch(hour):
        return None
    try:
        on_the_clock = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour))
        moment = on_the_clock.replace(tzinfo=HERE).astimezone(UTC)
        # The hour that is skipped when summer time begins comes back as another.
        return moment if moment.astimezone(HERE).replace(tzinfo=None) == on_the_clock else None
    except (ValueError, OverflowError):
        return None


def _sent(moment: datetime | None) -> str | None:
    """Write a moment as a program would send it, so that it is looked at in the same way."""
    return utc_text(moment) if moment else None


def _needed(typed: Typed, name: str) -> str:
    """Return what has to be filled in. Nothing is not a valid value of it."""
    return typed.text(name) or ""


def _number(text: str | None) -> Any:  # noqa: ANN401 - what is no number is refused by the model
    return int(text) if text is not None and re.fullmatch("-?[0-9]{1,6}", text) else text


def _mistake(location: str, code: str, message: str) -> FieldError:
    return FieldError("body", location, code, in_both(message))


_MISSING = {
    "#/case/reference": _("Fill in which case it is."),
    "#/participant/reference": _("Fill in who it is about."),
    "#/concern/reference": _("Fill in what it is about."),
}
_ANSWERS = {
    "#/answers/problem": _("Choose an answer: problem."),
    "#/answers/help_request": _("Choose an answer: help request."),
    "#/answers/share_in_solution": _("Choose an answer: share in the solution."),
}


def _in_words(error: FieldError) -> FieldError:
    """Say to who fills in a form what the contract says to a program."""
    message = _ANSWERS.get(error.location)
    if error.location.startswith("#/scales/"):
        message = _("Choose a number from 0 to 10.")
    elif error.code == "empty":
        message = _MISSING.get(error.location)
    elif error.code == "not_an_option":
        message = message or _("Choose one of the list.")
    return replace(error, detail=in_both(message)) if message else error
