"""What somebody wrote to think by. It belongs to who wrote it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field as ApiField
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.knowledge.library import ReflectionMoment
from app.models.base import FreeText, Input, Named, Output, UtcDateTime, belongs_to, uuid7


class Reflection(SQLModel, table=True):
    """What somebody wrote at a prompt. A private one is seen by its writer alone, until it is shared.

    No history: who wrote it can take it back as long as nobody else can see it. It is counted nowhere.
    """

    __table_args__ = (
        belongs_to("user", "writer_id"),
        belongs_to("case", "case_id"),
        belongs_to("thread", "thread_id"),
        Index(None, "organisation_id", "writer_id", "written_at"),
        Index(None, "organisation_id", "case_id", "written_at"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    writer_id: UUID
    case_id: UUID | None = None
    thread_id: UUID | None = None
    prompt_id: str = Field(max_length=64)
    reflection_text: str = Field(max_length=2000)
    private: bool
    shared_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    written_at: datetime = Field(sa_type=UtcDateTime)


class ReflectionCreate(Input):
    """Something to write at a prompt."""

    prompt_id: str = ApiField(
        pattern=r"^[a-z0-9-]{1,64}$",
        description="The id of the prompt; see GET /v1/reflection-prompts.",
        examples=["closer"],
    )
    text: FreeText = ApiField(
        description="In your own words.", examples=["A little: she asked to come back."]
    )
    case_id: UUID | None = ApiField(
        default=None,
        description="The case it is about, if any.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0d"],
    )
    thread_id: UUID | None = ApiField(
        default=None,
        description="The thread of that case it is about, if any.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0e"],
    )

    @model_validator(mode="after")
    def check_that_a_thread_has_its_case(self) -> "ReflectionCreate":
        """A thread is of a case."""
        if self.thread_id is not None and self.case_id is None:
            raise PydanticCustomError("thread_without_case", "a thread without its case")
        return self


class PromptRead(Output):
    """A question to stop and think for a moment. Nobody has to answer it."""

    id: str = ApiField(description="The id; it never changes.", examples=["closer"])
    when: ReflectionMoment = ApiField(description="When it is offered.", examples=["after_contact"])
    text: str = ApiField(
        description="The question.", examples=["Is deze persoon dichter gekomen bij wat hij of zij wilde?"]
    )
    private: bool = ApiField(
        description="True: only who writes sees the answer, until they share it.", examples=[False]
    )
    sources: list[str] = ApiField(description="Codes; see GET /v1/sources.", examples=[["S002"]])


class PromptList(Output):
    """All prompts."""

    items: list[PromptRead] = ApiField(description="In the order in which they are asked.")


class ReflectionRead(Output):
    """What somebody wrote at a prompt."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    prompt: PromptRead = ApiField(description="The prompt.")
    text: str | None = ApiField(
        description="What was written; null in a copy that it is kept out of.",
        examples=["A little: she asked to come back."],
    )
    case_id: UUID | None = ApiField(
        description="The case it is about, if any.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0d"]
    )
    thread_id: UUID | None = ApiField(
        description="The thread it is about, if any.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0e"]
    )
    shared_at: datetime | None = ApiField(
        description="Since when a private one can be seen by who sees the case.",
        examples=["2026-11-20T09:00:00Z"],
    )
    written_at: datetime = ApiField(description="When it was written.", examples=["2026-11-20T09:00:00Z"])
    written_by: Named = ApiField(description="Who wrote it.")


class ReflectionWritten(ReflectionRead):
    """What was just written."""

    hint: str | None = ApiField(
        description="A friendly question back, at a 'so' that changes nothing.",
        examples=["Wat zou je de volgende keer anders kunnen doen, al is het iets kleins?"],
    )
