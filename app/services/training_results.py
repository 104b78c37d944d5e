"""What a group made of the stories: how far they agree, each item, and the answers without names."""

import csv
import io
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from app.domain.agreement import (
    Figure,
    Ratings,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    percent_agreement,
    rated,
    spread,
)
from app.domain.answers import KNOWN_ANSWERS, Answer, Question
from app.domain.classification import RelationshipType
from app.domain.training import ResultsNotShown, SessionState
from app.knowledge.library import Item, Quiz
from app.models.agreement_reads import (
    AgreementRead,
    AlphaRead,
    AnswerAgreementRead,
    FigureRead,
    ItemAgreementRead,
    ItemGroupRead,
    KeyRead,
    TrainingAgreementRead,
    TypeAgreementRead,
)
from app.models.classifications import AnswersRead
from app.models.training import TrainingAnswer, TrainingParticipant
from app.models.training_reads import AnonymousAnswer, AnonymousAnswerList
from app.services.agreement import Alpha, alpha_of
from app.services.training import Room, count_participants

_ORDER = (Answer.NO, Answer.MAYBE, Answer.YES)
_NO_TYPE = "none"
_TYPES: tuple[Hashable, ...] = tuple(RelationshipType)
_TWO = 2


@dataclass(frozen=True, slots=True)
class _Sheet:
    """An item with what each participant who answered anything made of it, always in the same places."""

    item: Item
    given: Sequence[TrainingAnswer | None]

    @property
    def types(self) -> list[Hashable | None]:
        """The types that were given; no type is missing."""
        return [one and one.relationship_type for one in self.given]

    @property
    def types_or_none(self) -> list[Hashable | None]:
        """The types, where no type is a choice as well."""
        return [one and (one.relationship_type or _NO_TYPE) for one in self.given]

    def answers(self, question: Question) -> list[Answer | None]:
        """The answers to a question, `unknown` among them."""
        return [one.answers[question] if one else None for one in self.given]

    def known(self, question: Question) -> list[Hashable | None]:
        """The answers to a question; `unknown` is missing."""
        return [found if found in KNOWN_ANSWERS else None for found in self.answers(question)]

    @property
    def spread(self) -> float | None:
        """How far participants are apart on it."""
        return spread(self.types_or_none, *(self.answers(question) for question in Question))


def agreement(room: Room) -> TrainingAgreementRead:
    """Return how far participants agree. The key is in it once the results are shown, or all is over.

    Raises `ResultsNotShown` for who is not the trainer.
    """
    are_shown = room.training.results_shown_at is not None
    if not (are_shown or room.is_trainer):
        raise ResultsNotShown
    is_shown = are_shown or room.state is SessionState.ENDED
    sheets = _sheets(room)
    return TrainingAgreementRead(
        code=room.training.code,
        state=room.state,
        participants=count_participants(room),
        all=_agreement(sheets),
        scored=_group(room, [one for one in sheets if one.item.story.quiz is Quiz.SCORED], is_shown=is_shown),
        discussion=_group(
            room, [one for one in sheets if one.item.story.quiz is Quiz.DISCUSSION], is_shown=is_shown
        ),
    )


def _sheets(room: Room) -> list[_Sheet]:
    by_item: dict[tuple[str, int], dict[UUID, TrainingAnswer]] = {}
    places: dict[UUID, None] = {}
    for one in _answers(room):
        by_item.setdefault((one.vignette, one.assessment), {})[one.participant_id] = one
        places[one.participant_id] = None
    return [
        _Sheet(item, [by_item.get(item.key, {}).get(participant) for participant in places])
        for item in room.items
    ]


def _answers(room: Room) -> list[TrainingAnswer]:
    """Return all answers, by participant in an order that has nothing to do with when they joined."""
    found = (
        select(TrainingAnswer)
        .join(
            TrainingParticipant,
            (col(TrainingParticipant.organisation_id) == col(TrainingAnswer.organisation_id))
            & (col(TrainingParticipant.id) == col(TrainingAnswer.participant_id)),
        )
        .where(col(TrainingAnswer.session_id) == room.training.id)
        .order_by(col(TrainingParticipant.secret_hash))
    )
    return list(room.session.exec(found))


# ---------------------------------------------------------------- figures


def _agreement(sheets: Sequence[_Sheet]) -> AgreementRead:
    questions = {question.value: _on_answer([one.known(question) for one in sheets]) for question in Question}
    return AgreementRead(
        items=len(sheets),
        relationship_type=_on_type([one.types for one in sheets], _TYPES),
        relationship_type_or_none=_on_type([one.types_or_none for one in sheets], (*_TYPES, _NO_TYPE)),
        problem=questions["problem"],
        help_request=questions["help_request"],
        share_in_solution=questions["share_in_solution"],
    )


def _on_type(ratings: Ratings, choices: tuple[Hashable, ...]) -> TypeAgreementRead:
    raters = len(ratings[0]) if ratings else 0
    return TypeAgreementRead(
        percent=_figure(percent_agreement(ratings)),
        alpha=_alpha(alpha_of(ratings, choices, "nominal")),
        ac1=_figure(gwet_ac1(ratings, len(choices))),
        kappa=_figure(cohen_kappa(ratings) if raters == _TWO else fleiss_kappa(ratings)),
    )


def _on_answer(ratings: Ratings) -> AnswerAgreementRead:
    return AnswerAgreementRead(
        percent=_figure(percent_agreement(ratings)),
        alpha=_alpha(alpha_of(ratings, _ORDER, "ordinal")),
        weighted_kappa=_figure(cohen_kappa(ratings, _steps_between)),
    )


def _steps_between(one: Hashable, other: Hashable) -> float:
    return abs(_ORDER.index(one) - _ORDER.index(other))


def _figure(figure: Figure) -> FigureRead:
    return FigureRead(value=figure.value, why_not=figure.why_not)


def _alpha(alpha: Alpha) -> AlphaRead:
    return AlphaRead(
        value=alpha.figure.value,
        why_not=alpha.figure.why_not,
        low=alpha.low,
        high=alpha.high,
        items=alpha.items,
        strength=alpha.strength,
    )


# ---------------------------------------------------------------- items


def _group(room: Room, sheets: list[_Sheet], *, is_shown: bool) -> ItemGroupRead:
    # The most to talk about first; what fewer than two answered last.
    ordered = sorted(sheets, key=lambda one: -1 if one.spread is None else one.spread, reverse=True)
    together = _agreement(sheets)
    return ItemGroupRead(
        **{name: getattr(together, name) for name in AgreementRead.model_fields},
        each=[_item(room, one, is_shown=is_shown) for one in ordered],
    )


def _item(room: Room, sheet: _Sheet, *, is_shown: bool) -> ItemAgreementRead:
    language, item = room.training.language, sheet.item
    chosen = Counter(rated(sheet.types_or_none))
    counted = {question.value: _counted(sheet.answers(question)) for question in Question}
    return ItemAgreementRead(
        vignette=item.story.id,
        assessment=item.number,
        title=item.story.title[language],
        participant=item.assessment.participant[language],
        concern=item.assessment.concern[language],
        answered=len(rated(sheet.types_or_none)),
        spread=sheet.spread,
        percent=_figure(percent_agreement([sheet.types_or_none])),
        relationship_type={kind: chosen[kind] for kind in RelationshipType},
        no_type=chosen[_NO_TYPE],
        problem=counted["problem"],
        help_request=counted["help_request"],
        share_in_solution=counted["share_in_solution"],
        key=_key(room, item) if is_shown else None,
    )


def _counted(answers: Sequence[Answer | None]) -> dict[Answer, int]:
    counts = Counter(rated(answers))
    return {answer: counts[answer] for answer in Answer}


def _key(room: Room, item: Item) -> KeyRead:
    language, ruleset = room.training.language, room.knowledge.current
    found = item.assessment
    return KeyRead(
        answers=AnswersRead.model_validate(found.answers),
        relationship_type=found.relationship_type,
        clarity=found.clarity,
        note=found.note[language],
        why=ruleset.why(ruleset.classify(found.answers))[language],
    )


# ---------------------------------------------------------------- export


def anonymous_answers(room: Room) -> AnonymousAnswerList:
    """Return all answers, with a number in place of a nickname."""
    sheets = _sheets(room)
    raters = len(sheets[0].given) if sheets else 0
    return AnonymousAnswerList(
        items=[
            AnonymousAnswer(
                participant=place + 1,
                vignette=one.vignette,
                assessment=one.assessment,
                problem=one.problem,
                help_request=one.help_request,
                share_in_solution=one.share_in_solution,
                relationship_type=one.relationship_type,
            )
            for place in range(raters)
            for sheet in sheets
            if (one := sheet.given[place]) is not None
        ]
    )


def as_csv(answers: AnonymousAnswerList) -> str:
    """Write answers for a spreadsheet or a statistics program (RFC 4180); no type is an empty cell."""
    file = io.StringIO()
    writer = csv.DictWriter(file, [*AnonymousAnswer.model_fields], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(one.model_dump(mode="json") for one in answers.items)
    return file.getvalue()
