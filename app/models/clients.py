"""The file of a client, for who sees to their rights: what is kept and how long, and a copy of it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, StrictBool, StrictInt, model_validator
from pydantic import Field as ApiField
from pydantic_core import PydanticCustomError

from app.domain.access_log import Action, Outcome
from app.domain.roles import Role
from app.models.advice import AdviceUseRead
from app.models.assessments import AssessmentHead
from app.models.base import Input, Output, whole
from app.models.cases import (
    CaseEventRead,
    CaseStatus,
    ConcernRead,
    ConversationRead,
    ParticipantRead,
    RetentionBasis,
)
from app.models.erasures import ErasureOrderRead
from app.models.reflections import ReflectionRead
from app.models.rights import PassageRead
from app.models.second_opinions import OpinionOnFile
from app.models.threads import ThreadHead, TransitionInThread

# ---------------------------------------------------------------- in

Years = Annotated[
    StrictInt,
    ApiField(ge=1, le=100, description="How many years after the last change; with `other`.", examples=[10]),
    BeforeValidator(whole),
]


class ClientChange(Input):
    """What changes about a file. Left out is left as it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {
                    "title": "A term by law",
                    "properties": {
                        "retention_basis": {"enum": ["jeugdwet", "wmo", "demo"]},
                        "retention_years": {"type": "null"},
                    },
                    "required": ["retention_basis"],
                },
                {
                    "title": "Another term",
                    "properties": {
                        "retention_basis": {"enum": ["other"]},
                        "retention_years": {"type": "integer"},
                    },
                    "required": ["retention_basis", "retention_years"],
                },
                {
                    "title": "Restrict or release",
                    "properties": {
                        "restricted": {"type": "boolean"},
                        "retention_basis": {"type": "null"},
                        "retention_years": {"type": "null"},
                    },
                    "required": ["restricted"],
                },
                {
                    "title": "Legal hold",
                    "properties": {
                        "legal_hold": {"type": "boolean"},
                        "retention_basis": {"type": "null"},
                        "retention_years": {"type": "null"},
                    },
                    "required": ["legal_hold"],
                },
            ]
        }
    )

    restricted: StrictBool | None = ApiField(
        default=None,
        description="True: it can be read, and nothing in it changes (GDPR article 18).",
        examples=[True],
    )
    retention_basis: RetentionBasis | None = ApiField(
        default=None,
        description="`jeugdwet`: 20 years after the last change; `wmo`: 15 years; `demo`: 90 days; `other`.",
        examples=["jeugdwet"],
    )
    retention_years: Years | None = None
    legal_hold: StrictBool | None = ApiField(
        default=None,
        description="True: a court case or an inquiry needs it, so it is not erased.",
        examples=[False],
    )

    @model_validator(mode="after")
    def check_that_it_fits_together(self) -> "ClientChange":
        """Something has to change, and a number of years goes with `other`."""
        if all(value is None for value in (self.restricted, self.retention_basis, self.legal_hold)):
            raise PydanticCustomError(
                "nothing_to_change" if self.retention_years is None else "retention_years",
                "nothing to change",
            )
        if (self.retention_basis is RetentionBasis.OTHER) != (self.retention_years is not None):
            raise PydanticCustomError("retention_years", "a number of years goes with another term")
        return self


# ---------------------------------------------------------------- out


class ClientRead(Output):
    """What is known about a file, without anything that stands in it."""

    case_id: UUID = ApiField(
        description="The id of the case.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"]
    )
    reference: str = ApiField(description="The caller's own reference.", examples=["2026-0042"])
    status: CaseStatus = ApiField(description="Open or closed.", examples=["open"])
    restricted: bool = ApiField(
        description="It can be read, and nothing in it changes (GDPR article 18).", examples=[False]
    )
    legal_hold: bool = ApiField(
        description="A court case or an inquiry needs it, so it is not erased.", examples=[False]
    )
    retention_basis: RetentionBasis = ApiField(
        description="On which ground it is kept.", examples=["jeugdwet"]
    )
    retention_years: int | None = ApiField(
        description="How many years after the last change; with `other`.", examples=[10]
    )
    changed_at: datetime = ApiField(
        description="When something was last recorded in it.", examples=["2026-11-20T09:00:00Z"]
    )
    kept_until: datetime = ApiField(
        description="When its term ends. Nothing goes by itself: that takes an erasure order.",
        examples=["2046-11-20T09:00:00Z"],
    )
    version: int = ApiField(description="Counts the changes; also the ETag.", examples=[1])


class FileCount(Output):
    """How many files, and where they are listed."""

    count: int = ApiField(description="How many files.", examples=[12])
    query: str = ApiField(
        description="The address that lists exactly these files.", examples=["/v1/clients?basis=jeugdwet"]
    )


class RetentionCounts(Output):
    """The files that are kept on one ground."""

    retention_basis: RetentionBasis = ApiField(description="The ground.", examples=["jeugdwet"])
    files: FileCount = ApiField(description="All of them.")
    due: FileCount = ApiField(description="Whose term has passed, and which are not on legal hold.")
    on_hold: FileCount = ApiField(description="Which are on legal hold.")


class RetentionReport(Output):
    """How many files there are per ground, and of how many the term has passed."""

    at: datetime = ApiField(description="The moment of counting.", examples=["2026-11-20T09:00:00Z"])
    items: list[RetentionCounts] = ApiField(description="Per ground.")


# ---------------------------------------------------------------- the copy


class AccessInCopy(Output):
    """One time that somebody saw or did something with the file, or tried to."""

    recorded_at: datetime = ApiField(description="When.", examples=["2026-11-20T09:00:00Z"])
    who: str = ApiField(description="Who.", examples=["Demonstration practitioner"])
    role: Role | None = ApiField(description="In which role.", examples=["practitioner"])
    done: str = ApiField(description="What they did, in words.", examples=["read assessments"])
    action: Action = ApiField(description="The letter of NEN 7513.", examples=["R"])
    outcome: Outcome = ApiField(description="Whether it was done.", examples=["granted"])
    why: str | None = ApiField(
        description="Why they could.", examples=["This member of staff works on the case."]
    )
    application: str | None = ApiField(description="Through which token.", examples=["intake tool"])
    on_behalf_of: str | None = ApiField(
        description="Who used the application, as it says itself.", examples=["employee-17"]
    )


class InformationRead(Output):
    """One heading of the sheet that goes with a copy (GDPR article 15(1))."""

    heading: str = ApiField(description="What it is about.", examples=["Why we keep this"])
    text: str = ApiField(description="In plain words.", examples=["To help you in your own way."])


class CopiedEvent(CaseEventRead):
    """One thing that happened to the case."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])


class ClientCopy(Output):
    """Everything that is kept of a client, with when it held and when it was recorded."""

    made_at: datetime = ApiField(description="When this copy was made.", examples=["2026-11-20T09:00:00Z"])
    organisation: str = ApiField(description="Who keeps it.", examples=["Example organisation"])
    file: ClientRead = ApiField(description="What is known about the file.")
    information: list[InformationRead] = ApiField(
        description="Why it is kept, who receives it, for how long, and which rights there are."
    )
    events: list[CopiedEvent] = ApiField(description="What happened to the case, the oldest first.")
    participants: list[ParticipantRead] = ApiField(description="Who takes part.")
    concerns: list[ConcernRead] = ApiField(description="What it is about.")
    conversations: list[ConversationRead] = ApiField(description="When was spoken.")
    threads: list[ThreadHead] = ApiField(description="How each working relationship stands.")
    assessments: list[AssessmentHead] = ApiField(
        description="Everything that was recorded, corrections and own statements included."
    )
    advice_uses: list[AdviceUseRead] = ApiField(
        description="What was done with the advice of each assessment, and what followed."
    )
    reflections: list[ReflectionRead] = ApiField(
        description="What was written to talk about, or was shared. What somebody keeps for themselves is "
        "not part of the file."
    )
    transitions: list[TransitionInThread] = ApiField(description="How it changed.")
    second_opinions: list[OpinionOnFile] = ApiField(
        description="Who was asked for an own view of a conversation; what was given is in `assessments`."
    )
    withheld: list[PassageRead] = ApiField(description="Which texts are kept out of this copy, and why.")
    erasure_orders: list[ErasureOrderRead] = ApiField(
        description="Requests to erase, and what became of them."
    )
    accesses: list[AccessInCopy] = ApiField(description="Who saw the file, the oldest first.")
