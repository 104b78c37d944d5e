"""What the access log shows: to the privacy officer, to a client, and in the monthly review."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from app.domain.access_log import DEEDS, Action, Basis, Outcome
from app.domain.access_review import MONTH, MOST_FILES_A_DAY, MOST_SHOWN, Finding
from app.domain.roles import Role
from app.models.base import FreeText, Input, Named, Output
from app.models.organisations import UserKind

_ID = "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"
_MOMENT = "2026-11-20T09:00:00Z"


def _known(value: str) -> str:
    if value not in DEEDS:
        raise PydanticCustomError("enum", "not an event", {"expected": ", ".join(DEEDS)})
    return value


EventName = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(DEEDS)})]
"""A permission, or the name of a command."""

Month = TypeAliasType(
    "Month",
    Annotated[str, Field(pattern=MONTH, description="A year and a month.", examples=["2026-11"])],
)


class AccessEventRead(Output):
    """One line of the access log, with the fields of NEN 7513. There is no content in it."""

    id: UUID = Field(description="The id.", examples=[_ID])
    number: int = Field(description="Rises by order of writing; seals name ranges of it.", examples=[4711])
    recorded_at: datetime = Field(description="When.", examples=[_MOMENT])
    event: str = Field(
        description="What was done: a permission, or the name of a command.", examples=["case:read"]
    )
    action: Action = Field(
        description="Which kind of deed, by its letter: create, read, update, delete or execute.",
        examples=["R"],
    )
    outcome: Outcome = Field(description="Whether it was done.", examples=["granted"])
    reason: str | None = Field(description="Why it was refused.", examples=["not-found"])
    actor_id: UUID | None = Field(
        description="Who did it; null for a command and for the service itself.", examples=[_ID]
    )
    actor_kind: UserKind | None = Field(description="A person, or a program.", examples=["person"])
    actor_name: str = Field(description="The name as it was then.", examples=["Demonstration practitioner"])
    role: Role | None = Field(description="In which role.", examples=["practitioner"])
    team_id: UUID | None = Field(description="In which team.", examples=[_ID])
    on_behalf_of: str | None = Field(
        description="For whom, as the calling application claims.", examples=["employee-17"]
    )
    basis: Basis | None = Field(description="Why it could be done.", examples=["assignment"])
    emergency: bool = Field(description="Whether the emergency access was used.", examples=[False])
    entity_kind: str | None = Field(description="Which kind of thing it was about.", examples=["case"])
    entity_id: UUID | None = Field(description="Which one.", examples=[_ID])
    application: str | None = Field(description="The name of the token.", examples=["intake"])
    token_id: UUID | None = Field(description="The id of the token.", examples=[_ID])
    address: str | None = Field(description="The network address of the caller.", examples=["192.0.2.7"])
    request_id: str | None = Field(
        description="The id of the request.", examples=["0199f0a47f6c7c3e8a512f6f3c1d9e10"]
    )
    traceparent: str | None = Field(
        description="The trace of the caller (W3C).",
        examples=["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    )
    cases: list[UUID] = Field(
        description="Of which cases something was shown or changed. A case may be erased by now.",
        examples=[[_ID]],
    )


class ToldEvent(Output):
    """One line of the access log, as it is told to the client."""

    when: datetime = Field(description="When.", examples=[_MOMENT])
    organisation: str = Field(description="The organisation.", examples=["Wijkteam Noord"])
    role: str = Field(description="Who, by role.", examples=["een hulpverlener"])
    what: str = Field(
        description="What was done, in a sentence.",
        examples=["Een hulpverlener van Wijkteam Noord heeft het verloop bekeken."],
    )
    why: str | None = Field(
        description="Why it could be done, or that it could not.",
        examples=["Deze medewerker werkt aan het dossier."],
    )
    emergency: bool = Field(description="Whether the emergency access was used.", examples=[False])
    refused: bool = Field(description="Whether it was refused.", examples=[False])
    name: str | None = Field(
        description="The name of the member of staff, when it was asked for.", examples=[None]
    )


class BusyDay(Output):
    """A day on which one person saw many files."""

    user: Named = Field(description="Who, by the name of then.")
    day: date = Field(description="The day, in the Netherlands.", examples=["2026-11-20"])
    files: int = Field(description="How many files.", examples=[31])


class FindingRead(Output):
    """One thing to look at in a month."""

    kind: Finding = Field(description="Which.", examples=["outside_hours"])
    explanation: str = Field(
        description="What it is, in a sentence.", examples=["Iemand maakte gebruik van de noodtoegang."]
    )
    count: int = Field(description="How often it was found.", examples=[3])
    event_ids: list[UUID] = Field(
        description=f"The newest lines of the log it was found in, at most {MOST_SHOWN}.", examples=[[_ID]]
    )


class AccessReviewRead(Output):
    """The sign-off of one month: who looked at it, and what was found."""

    id: UUID = Field(description="The id.", examples=[_ID])
    month: str = Field(description="The month.", examples=["2026-11"])
    finding: str = Field(description="What was found.", examples=["Nothing out of the ordinary."])
    recorded_at: datetime = Field(description="When.", examples=["2026-12-02T09:00:00Z"])
    recorded_by: Named = Field(description="By whom.")


class MonthRead(Output):
    """What there is to look at in one month of the access log."""

    month: str = Field(description="The month.", examples=["2026-11"])
    begins_at: datetime = Field(description="Midnight in the Netherlands.", examples=["2026-10-31T23:00:00Z"])
    ends_at: datetime = Field(description="Midnight in the Netherlands.", examples=["2026-11-30T23:00:00Z"])
    ended: bool = Field(description="Whether the month is over, so that nothing is added.", examples=[True])
    events: int = Field(description="How many lines.", examples=[1873])
    clients: int = Field(description="Of how many cases something was shown or changed.", examples=[212])
    most_files_a_day: int = Field(
        description="How many files somebody can see in a day without being listed.",
        examples=[MOST_FILES_A_DAY],
    )
    findings: list[FindingRead] = Field(description="What to look at.")
    busy_days: list[BusyDay] = Field(
        description=f"Who saw many files in a day: the {MOST_SHOWN} days with the most."
    )
    reviews: list[AccessReviewRead] = Field(description="The sign-offs of this month, the oldest first.")


class AccessReviewCreate(Input):
    """The sign-off of a month."""

    month: Month = Field(description="The month; it has to have begun.", examples=["2026-11"])
    finding: FreeText = Field(
        description="What was found and done about it. No names of clients.",
        examples=["Nothing out of the ordinary."],
    )
