"""What the page of a case says in sentences: about the relationship on one concern, never about a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from markupsafe import Markup

from app.domain.classification import Clarity, RelationshipType
from app.domain.ruleset import Ruleset
from app.domain.texts import Language
from app.domain.thread import ChangeReason, Direction, Perspective, Transition
from app.models.threads import TransitionSummary
from app.services.catalogue import schema
from app.web.charts import Words
from app.web.glyphs import badge
from app.web.wording import _, month, say, short_day


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step comes to: a sentence, and an arrow beside it. `kind` is up, down, same or open."""

    kind: str
    arrow: str
    sentence: str


_ARROWS = {
    Direction.FORWARD: ("up", "↗"),
    Direction.BACK: ("down", "↘"),
    Direction.SAME: ("same", "→"),
    Direction.UNCLEAR: ("open", "·"),
}
_SENTENCES = {
    Direction.FORWARD: _("a step forward"),
    Direction.BACK: _("a step back"),
    Direction.SAME: _("the same as before"),
    Direction.UNCLEAR: _("without a type on either side, nothing can be said about movement"),
}
_NO_MOVEMENT = {
    ChangeReason.BETTER_INFORMATION: _("no movement: we know more now"),
    ChangeReason.CONCERN_REWORDED: _("no movement: the concern was put in other words"),
    ChangeReason.CORRECTION: _("no movement: it was not right before"),
}
_OTHER_VIEW = _("no movement: somebody else looked")
_REASONS = {
    ChangeReason.RELATIONSHIP_CHANGED: _("The relationship changed"),
    ChangeReason.BETTER_INFORMATION: _("We know more now"),
    ChangeReason.CONCERN_REWORDED: _("The concern was put in other words"),
    ChangeReason.OTHER_ASSESSOR: _("Somebody else judged"),
    ChangeReason.EVENT: _("Something happened"),
    ChangeReason.CORRECTION: _("It was not right before"),
}
_VIEWS = {
    Perspective.PRACTITIONER: _("The practitioner"),
    Perspective.CLIENT: _("The client"),
    Perspective.SUPERVISOR: _("The supervisor"),
    Perspective.OBSERVER: _("Somebody who was present"),
}


def moved(step: Transition | TransitionSummary, language: Language) -> Moved:
    """Say where a relationship moved. What says nothing about the client is said to be no movement."""
    sentence = _SENTENCES[step.direction]
    kind, arrow = _ARROWS[step.direction]
    if step.other_assessor:
        sentence = _OTHER_VIEW
    elif not step.movement and step.direction is not Direction.SAME and step.change_reason in _NO_MOVEMENT:
        sentence = _NO_MOVEMENT[step.change_reason]
    if not step.movement and kind in {"up", "down"}:
        kind, arrow = _ARROWS[Direction.UNCLEAR]
    return Moved(kind, arrow, say(language, sentence))


def reason_of(reason: ChangeReason, language: Language) -> str:
    """Return why an assessment differs from the one before."""
    return say(language, _REASONS[reason])


def view_of(perspective: Perspective, language: Language) -> str:
    """Return whose view an assessment is."""
    return say(language, _VIEWS[perspective])


@cache
def type_words(ruleset: Ruleset, language: Language) -> Mapping[RelationshipType, str]:
    """Return what the types are called."""
    return {one.id: one.label for one in schema(ruleset, language).types}


@cache
def clarity_words(ruleset: Ruleset, language: Language) -> Mapping[Clarity, str]:
    """Return what stands where there is no type: why there is none."""
    return {one.id: one.label for one in schema(ruleset, language).clarities}


@cache
def badge_of(
    ruleset: Ruleset, language: Language, kind: RelationshipType | None, clarity: Clarity | None
) -> Markup:
    """Return shape and word of a type, or of its absence. Made once: a page holds a hundred of them."""
    if kind is not None:
        return badge(kind, type_words(ruleset, language)[kind])
    return badge(None, clarity_words(ruleset, language)[clarity] if clarity else say(language, _("No type")))


@cache
def chart_words(ruleset: Ruleset, language: Language) -> Words:
    """Return what a chart of a case says, but for its description."""

    def period(since: datetime, until: datetime | None) -> str:
        if until is None:
            return say(language, _("since %(day)s"), day=short_day(since, language))
        return f"{short_day(since, language)} – {short_day(until, language)}"

    def month_of(first: date) -> str:
        return month(first, language)

    return Words(
        title=say(language, _("How the working relationship moved")),
        description="",
        nothing=say(language, _("No assessment counts here")),
        types=type_words(ruleset, language),
        clarities=clarity_words(ruleset, language),
        month=month_of,
        day=lambda moment: short_day(moment, language),
        period=period,
    )


def in_a_row(words: Sequence[str]) -> str:
    """Write down how something went on."""
    return " → ".join(words)
