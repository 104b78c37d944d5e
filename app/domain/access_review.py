"""The monthly review of the access log: which moments belong to a month, and what is looked for."""

import hashlib
import heapq
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.texts import Text

MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"
MOST_FILES_A_DAY = 25
SAMPLE_SIZE = 25
MOST_SHOWN = 100
ZONE = ZoneInfo("Europe/Amsterdam")
FROM_HOUR, TO_HOUR = 7, 20

_WORKING_DAYS = 5


class Finding(StrEnum):
    """Something to look at in a month."""

    WITHOUT_RELATION = "without_relation"
    EMERGENCY = "emergency"
    MANY_FILES = "many_files"
    OUTSIDE_HOURS = "outside_hours"
    REFUSED = "refused"
    SAMPLE = "sample"


FINDING_SENTENCES = {
    Finding.WITHOUT_RELATION: Text(
        nl="Iemand zag of veranderde een dossier zonder eraan te werken en buiten het eigen team.",
        en="Somebody saw or changed a file without working on it, and outside their own team.",
    ),
    Finding.EMERGENCY: Text(
        nl="Iemand maakte gebruik van de noodtoegang.", en="Somebody used the emergency access."
    ),
    Finding.MANY_FILES: Text(
        nl=f"Iemand zag op één dag meer dan {MOST_FILES_A_DAY} dossiers. Zulke dagen zijn geteld.",
        en=f"Somebody saw more than {MOST_FILES_A_DAY} files in one day. Such days are counted.",
    ),
    Finding.OUTSIDE_HOURS: Text(
        nl=f"Iemand zag of veranderde een dossier in het weekend, of voor {FROM_HOUR} of na {TO_HOUR} uur "
        "in Nederland.",
        en=f"Somebody saw or changed a file in a weekend, or before {FROM_HOUR} or after {TO_HOUR} o'clock "
        "in the Netherlands.",
    ),
    Finding.REFUSED: Text(
        nl="Iemand wilde iets en mocht dat niet.", en="Somebody wanted something and was refused."
    ),
    Finding.SAMPLE: Text(
        nl=f"Een steekproef van hooguit {SAMPLE_SIZE} regels over dossiers. Opnieuw trekken geeft dezelfde.",
        en=f"A random sample of at most {SAMPLE_SIZE} lines about files. Drawing again gives the same.",
    ),
}


class Span(NamedTuple):
    """From a moment, up to and without another."""

    begin: datetime
    end: datetime


def span_of(month: str) -> Span:
    """Return the month as moments: it begins and ends at midnight in the Netherlands."""
    days = _dates(month)
    return Span(_at(days[0]), _at(days[-1] + timedelta(days=1)))


def days_of(month: str) -> list[tuple[date, Span]]:
    """Return every day of a month, from midnight to midnight in the Netherlands."""
    return [(day, Span(_at(day), _at(day + timedelta(days=1)))) for day in _dates(month)]


def working_hours(month: str) -> list[Span]:
    """Return the working hours of a month, day by day; holidays count as other days do."""
    return [
        Span(_at(day, FROM_HOUR), _at(day, TO_HOUR)) for day in _dates(month) if day.weekday() < _WORKING_DAYS
    ]


def drawn(organisation_id: UUID, month: str, ids: Iterable[UUID]) -> list[UUID]:
    """Draw the sample: the ids whose hashes with the organisation and the month are the lowest.

    So it can be drawn again by anybody, in any order, and keeps no more than it returns.
    """
    seed = f"{organisation_id.hex} {month} ".encode()
    return heapq.nsmallest(SAMPLE_SIZE, ids, key=lambda id_: hashlib.sha256(seed + id_.bytes).digest())


def _dates(month: str) -> list[date]:
    first = date.fromisoformat(f"{month}-01")
    days = (first + timedelta(days=n) for n in range(31))
    return [day for day in days if day.month == first.month]


def _at(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)
