"""A training: a session, who takes part under a nickname, and what they answered. No client is in it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Dialect, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from app.domain.answers import Answer, Answers
from app.domain.classification import RelationshipType
from app.domain.texts import Language
from app.domain.training import CODE_LENGTH
from app.models.base import UtcDateTime, belongs_to, enum_column, uuid7

LONGEST_NICKNAME = 30
LONGEST_STORY = 16
"""Of the id of a story."""


class StoryList(TypeDecorator[tuple[str, ...]]):
    """A few ids of stories in one text column, in their order."""

    impl = String(400)
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        """Join with spaces."""
        del dialect
        return None if value is None else " ".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Split again."""
        del dialect
        return None if value is None else tuple(value.split())


class TrainingSession(SQLModel, table=True):
    """A session of one trainer. `code` is unique among all organisations, because it is all a phone has.

    `version` counts the changes of the trainer, not the answers.
    """

    __tablename__ = "training_session"
    __table_args__ = (belongs_to("user", "trainer_id"), Index(None, "organisation_id", "trainer_id"))

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    trainer_id: UUID
    code: str = Field(max_length=CODE_LENGTH, unique=True)
    language: Language = Field(sa_type=enum_column(Language))
    vignettes: tuple[str, ...] = Field(sa_type=StoryList)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    results_shown_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1


class TrainingParticipant(SQLModel, table=True):
    """Somebody in a session, under a nickname. Only the hash of what they answer with is here."""

    __tablename__ = "training_participant"
    __table_args__ = (
        belongs_to("training_session", "session_id"),
        UniqueConstraint("organisation_id", "session_id", "nickname_key"),
        UniqueConstraint("organisation_id", "session_id", "secret_hash"),
        # So that an answer cannot name a session and a participant of another one.
        UniqueConstraint("organisation_id", "session_id", "id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    session_id: UUID
    nickname: str = Field(max_length=LONGEST_NICKNAME)
    nickname_key: str = Field(max_length=4 * LONGEST_NICKNAME)
    secret_hash: str = Field(max_length=64)
    joined_at: datetime = Field(sa_type=UtcDateTime)


class TrainingAnswer(SQLModel, table=True):
    """What a participant made of one item: an assessment of a story, by its number. It never changes."""

    __tablename__ = "training_answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "session_id", "participant_id"],
            [
                "training_participant.organisation_id",
                "training_participant.session_id",
                "training_participant.id",
            ],
        ),
    )

    organisation_id: UUID = Field(primary_key=True)
    session_id: UUID = Field(primary_key=True)
    participant_id: UUID = Field(primary_key=True)
    vignette: str = Field(max_length=LONGEST_STORY, primary_key=True)
    assessment: int = Field(primary_key=True)
    problem: Answer = Field(sa_type=enum_column(Answer, "problem"))
    help_request: Answer = Field(sa_type=enum_column(Answer, "help_request"))
    share_in_solution: Answer = Field(sa_type=enum_column(Answer, "share_in_solution"))
    relationship_type: RelationshipType | None = Field(default=None, sa_type=enum_column(RelationshipType))
    answered_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def answers(self) -> Answers:
        """The three answers."""
        return Answers(self.problem, self.help_request, self.share_in_solution)
