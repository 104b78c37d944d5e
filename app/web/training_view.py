"""What pages show of a training: how far it is, what there is to judge, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import Request

from app.domain.ruleset import Ruleset
from app.domain.texts import Language
from app.knowledge.library import Item
from app.models.agreement_reads import TrainingAgreementRead
from app.models.training_reads import TrainingSessionRead
from app.services.training import Room, read_session
from app.services.training_results import agreement
from app.web.places import address

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class TrainingView:
    """A training as it is now. `items` are in its order; `results` is there for who may see them."""

    session: TrainingSessionRead
    items: Mapping[Key, Item]
    results: TrainingAgreementRead | None
    are_shown: bool

    @property
    def answered(self) -> int:
        """How many answers there are, of all participants together."""
        return sum(item.answered for item in self.session.items)


def view_of_room(room: Room) -> TrainingView:
    """Look at a training. Its results are in it for the trainer, and for everybody once they are shown."""
    are_shown = room.training.results_shown_at is not None
    return TrainingView(
        session=read_session(room),
        items={item.key: item for item in room.items},
        results=agreement(room) if are_shown or room.is_trainer else None,
        are_shown=are_shown,
    )


def counts_of_room(room: Room) -> TrainingView:
    """Look at how many joined and answered, and nothing more: this is asked again every few seconds."""
    return TrainingView(read_session(room), {item.key: item for item in room.items}, None, are_shown=False)


def reasons(ruleset: Ruleset, language: Language) -> Callable[[Item], str]:
    """Return what says why the key of an item is what it is."""
    return lambda item: ruleset.why(ruleset.classify(item.assessment.answers))[language]


def join_address(request: Request, session: TrainingSessionRead) -> str:
    """Return the whole address where people join, for a picture of it, as this service is called now."""
    path = address("join", session.language, code=session.code)
    return str(request.base_url).rstrip("/") + path
