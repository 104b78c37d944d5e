"""Erasure orders as they come in and go out. The tables are in `rights.py`."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict, StrictBool, model_validator
from pydantic import Field as ApiField
from pydantic_core import PydanticCustomError

from app.models.assessments import CaseNamed
from app.models.base import Input, Named, Output
from app.models.cases import ParticipantReference
from app.models.rights import ErasureReason, RefusalGround


class OrderStatus(StrEnum):
    """How far an erasure order has come."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    EXECUTED = "executed"


class ParticipantToErase(Input):
    """Which participant of the case."""

    reference: ParticipantReference


class ErasureOrderCreate(Input):
    """A request to erase a whole file, or one participant of it."""

    case: CaseNamed = ApiField(description="Which file.")
    participant: ParticipantToErase | None = ApiField(
        default=None, description="Only what is about this participant. Left out: the whole file."
    )
    reason: ErasureReason = ApiField(description="Why.", examples=["client_asked"])


class DecisionCreate(Input):
    """The decision on a request. A refusal has a ground."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {
                    "title": "Grant",
                    "properties": {"granted": {"enum": [True]}, "refusal_ground": {"type": "null"}},
                },
                {
                    "title": "Refuse",
                    "properties": {"granted": {"enum": [False]}, "refusal_ground": {"type": "string"}},
                    "required": ["refusal_ground"],
                },
            ]
        }
    )

    granted: StrictBool = ApiField(description="Whether the data will be erased.", examples=[True])
    refusal_ground: RefusalGround | None = ApiField(
        default=None,
        description=(
            "Why not: a duty to keep it (GDPR 17(3)(b)), a substantial interest of another (Jeugdwet 7.3.9), "
            "a legal hold, or the client is under twelve."
        ),
        examples=["legal_duty"],
    )

    @model_validator(mode="after")
    def check_the_ground(self) -> "DecisionCreate":
        """A refusal has a ground, and nothing else has."""
        if self.granted == (self.refusal_ground is not None):
            raise PydanticCustomError("refusal_ground", "a refusal and its ground go together")
        return self


class ExecutionCreate(Input):
    """Carry out what was granted. There is nothing to choose: an empty object."""


class ErasedOf(Output):
    """What an order is about. Once it is erased, a random id is all that is left."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    reference: str | None = ApiField(
        description="The caller's own reference; null once it is erased.", examples=["2026-0042"]
    )


class ErasureOrderRead(Output):
    """A request to erase, and what became of it. Without any content of the file."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    status: OrderStatus = ApiField(description="How far it has come.", examples=["requested"])
    case: ErasedOf = ApiField(description="Which file.")
    participant: ErasedOf | None = ApiField(description="Only this participant; null: the whole file.")
    reason: ErasureReason = ApiField(description="Why it was asked.", examples=["client_asked"])
    requested_by: Named = ApiField(description="Who asked.")
    requested_at: datetime = ApiField(description="When.", examples=["2026-11-20T09:00:00Z"])
    granted_by: Named | None = ApiField(description="Who granted it.")
    granted_at: datetime | None = ApiField(description="When.", examples=["2026-11-20T09:00:00Z"])
    refused_by: Named | None = ApiField(description="Who refused it.")
    refused_at: datetime | None = ApiField(description="When.", examples=["2026-11-20T09:00:00Z"])
    refusal_ground: RefusalGround | None = ApiField(
        description="Why it was refused.", examples=["legal_duty"]
    )
    executed_by: Named | None = ApiField(description="Who carried it out.")
    executed_at: datetime | None = ApiField(description="When.", examples=["2026-11-20T09:00:00Z"])
    version: int = ApiField(description="Counts the steps; also the ETag.", examples=[1])


class ErasedCount(Output):
    """How many rows of one kind are gone."""

    kind: str = ApiField(description="The kind.", examples=["assessment"])
    count: int = ApiField(description="How many.", examples=[12])


class ExecutionRead(Output):
    """What was erased: counts, no content."""

    order: ErasureOrderRead = ApiField(description="The order, now carried out.")
    erased: list[ErasedCount] = ApiField(description="How many rows of each kind are gone.")
