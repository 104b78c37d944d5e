"""Trainings, as they come in and go out. Before the results are shown nothing of the key goes out."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic import Field as ApiField
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from app.domain.answers import Answers
from app.domain.classification import RelationshipType
from app.domain.identifiers import holds_bsn, holds_email, holds_iban, holds_phone
from app.domain.texts import Language
from app.domain.training import MOST_STORIES, SessionState, nickname_key
from app.knowledge.library import Quiz
from app.models.base import LINE, Input, Output, clean_text, one_line
from app.models.classifications import AnswerField, AnswersRead
from app.models.training import LONGEST_NICKNAME


def _nickname(value: str) -> str:
    value = " ".join(one_line(clean_text(value)).split())
    if not nickname_key(value):
        raise PydanticCustomError("blank", "only white space")
    if len(value) > LONGEST_NICKNAME or len(nickname_key(value)) > 4 * LONGEST_NICKNAME:
        raise PydanticCustomError("string_too_long", "too long", {"max_length": LONGEST_NICKNAME})
    if any(holds(value) for holds in (holds_bsn, holds_email, holds_iban, holds_phone)):
        raise PydanticCustomError("nickname_of_somebody", "a number or an address")
    return value


Nickname = TypeAliasType(
    "Nickname",
    Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_NICKNAME,
            description=(
                "A name for in the group: at most 30 characters. What looks like a citizen number (BSN), "
                "e-mail address, IBAN or phone number is refused."
            ),
            examples=["Blue fox"],
            json_schema_extra=LINE,
        ),
        AfterValidator(_nickname),
    ],
)

CODE = ApiField(description="What participants type to join.", examples=["7KXP3M"])
STORY = ApiField(description="The id of a story.", examples=["vg03"])
NUMBER = ApiField(description="Which assessment of the story; the first is 1.", examples=[1])
STATE = ApiField(
    description="`open`: people join and answer. `results_shown`: everybody with the code sees the results, "
    "and nobody answers any more. `ended`: it is over.",
    examples=["open"],
)


# ---------------------------------------------------------------- what comes in


class TrainingCreate(Input):
    """A new training."""

    vignettes: Annotated[list[str], Field(min_length=1, max_length=MOST_STORIES)] = ApiField(
        description="The ids of the stories, in the order of the training. A story that is only to read has "
        "nothing to judge.",
        examples=[["vg03", "vg07"]],
    )
    language: Language = ApiField(
        default=Language.NL, description="In which language the stories are shown.", examples=["nl"]
    )


class TrainingChange(Input):
    """Show the results, or end the training. It only moves forward."""

    state: SessionState = STATE


class ParticipantCreate(Input):
    """Somebody who joins."""

    nickname: Nickname


class TrainingAnswerCreate(Input):
    """The three answers about one item, then the type that was chosen."""

    participant: Annotated[str, Field(min_length=1, max_length=64)] = ApiField(
        description="What the participant got when joining.",
        examples=["wrt_0000000000000000000000000000000000000000000000"],
    )
    vignette: Annotated[str, Field(min_length=1, max_length=64)] = STORY
    assessment: Annotated[int, Field(ge=1, le=100)] = NUMBER
    problem: AnswerField
    help_request: AnswerField
    share_in_solution: AnswerField
    relationship_type: RelationshipType | None = ApiField(
        description="The type that was chosen; null: no type can be given.", examples=["complainant"]
    )

    @property
    def answers(self) -> Answers:
        """The answers as the domain knows them."""
        return Answers(self.problem, self.help_request, self.share_in_solution)


# ---------------------------------------------------------------- a session


class TrainingItemRead(Output):
    """One thing to judge: a person and a concern, at one moment of a story. Without the key."""

    vignette: str = STORY
    assessment: int = NUMBER
    quiz: Quiz = ApiField(
        description="`scored`: with an expert key; `discussion`: experts may differ.", examples=["scored"]
    )
    title: str = ApiField(description="What the story is called.", examples=["Zorg dat hij stopt"])
    text: str = ApiField(description="The story.", examples=["Een moeder belt over haar zoon."])
    participant: str = ApiField(description="Who in the story.", examples=["de moeder"])
    concern: str = ApiField(description="About what.", examples=["blowen"])
    day: int = ApiField(
        description="Of the conversation, counted from the first contact.",
        examples=[0],
    )
    seen: str | None = ApiField(
        description="What was said or seen then; null where the story itself says it.",
        examples=["'Zorg dat hij stopt.' Zelf heeft ze alles al gedaan."],
    )
    answered: int = ApiField(description="How many participants have answered it.", examples=[7])


class TrainingSessionRead(Output):
    """A training as everybody with the code sees it."""

    code: str = CODE
    join_address: str = ApiField(
        description="The address of the page where people join.", examples=["/nl/meedoen/7KXP3M"]
    )
    state: SessionState = STATE
    language: Language = ApiField(description="In which language the stories are shown.", examples=["nl"])
    created_at: datetime = ApiField(description="When it began.", examples=["2026-11-20T09:00:00Z"])
    ends_at: datetime = ApiField(
        description="When it ends, or when it ended.", examples=["2026-11-21T09:00:00Z"]
    )
    kept_until: datetime = ApiField(
        description="After this it is removed, with all answers.", examples=["2026-12-21T09:00:00Z"]
    )
    participants: int = ApiField(description="How many people joined.", examples=[12])
    items: list[TrainingItemRead] = ApiField(description="What there is to judge, in its order.")
    version: int = ApiField(
        description="Goes up by one with every change of the trainer; also the `ETag`.", examples=[1]
    )


class TrainingSessionItem(Output):
    """One of the trainer's own trainings."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    code: str = CODE
    state: SessionState = STATE
    language: Language = ApiField(description="In which language the stories are shown.", examples=["nl"])
    vignettes: list[str] = ApiField(description="The stories.", examples=[["vg03", "vg07"]])
    created_at: datetime = ApiField(description="When it began.", examples=["2026-11-20T09:00:00Z"])
    ends_at: datetime = ApiField(
        description="When it ends, or when it ended.", examples=["2026-11-21T09:00:00Z"]
    )
    kept_until: datetime = ApiField(
        description="After this it is removed, with all answers.", examples=["2026-12-21T09:00:00Z"]
    )
    nicknames: list[str] = ApiField(
        description="Who joined, by the alphabet. Which answers are whose is shown to nobody.",
        examples=[["Blue fox", "Otter"]],
    )
    answers: int = ApiField(description="How many answers there are.", examples=[48])


class TrainingSessionList(Output):
    """The trainer's own trainings."""

    items: list[TrainingSessionItem] = ApiField(description="The newest first.")


class JoinedRead(Output):
    """Somebody who joined."""

    participant: str = ApiField(
        description="To answer with. It is shown this once.",
        examples=["wrt_0000000000000000000000000000000000000000000000"],
    )
    nickname: Nickname


class TrainingAnswerRead(Output):
    """An answer as it is kept."""

    vignette: str = STORY
    assessment: int = NUMBER
    answers: AnswersRead = ApiField(description="The three answers.")
    relationship_type: RelationshipType | None = ApiField(
        description="The type that was chosen; null: no type can be given.", examples=["complainant"]
    )
    answered_at: datetime = ApiField(description="When.", examples=["2026-11-20T09:30:00Z"])


class AnonymousAnswer(Output):
    """An answer without a name. Numbers follow no order in which people joined."""

    participant: int = ApiField(description="A number in place of a name.", examples=[1])
    vignette: str = STORY
    assessment: int = NUMBER
    problem: AnswerField
    help_request: AnswerField
    share_in_solution: AnswerField
    relationship_type: RelationshipType | None = ApiField(
        description="The type that was chosen; null: no type can be given.", examples=["complainant"]
    )


class AnonymousAnswerList(Output):
    """All answers of a training, without names."""

    items: list[AnonymousAnswer] = ApiField(description="By participant, then in the order of the training.")
