"""The words of the pages: translations, and how days and numbers are written in each language."""

import gettext
import io
import math
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from app.domain.texts import Language

LOCALES = Path(__file__).parent / "locale"
HERE = ZoneInfo("Europe/Amsterdam")
"""The clock on the wall of who reads the pages. What is stored is UTC."""

_MINUTES_FROM = 120


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """Return the words of a language. English is what stands in the templates; Dutch is read from its file.

    It is read as it is, at the start: there is no compiled file that could be older than it.
    """
    if language is Language.EN:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=str(language)))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def say(language: Language, message: str, **values: object) -> str:
    """Translate a sentence that is said from Python. Mark it for the translator with `_("...")`."""
    return (
        translations(language).gettext(message) % values
        if values
        else translations(language).gettext(message)
    )


def day(moment: date | datetime, language: Language) -> str:
    """Write a day: 5 maart 2026."""
    return format_date(_local(moment), "d MMMM y", locale=str(language))


def short_day(moment: date | datetime, language: Language) -> str:
    """Write a day in little space: 5 mrt 2026."""
    return format_date(_local(moment), "d MMM y", locale=str(language))


def month(moment: date | datetime, language: Language) -> str:
    """Write a month in little space: mrt 2026."""
    return format_date(_local(moment), "MMM y", locale=str(language))


def day_and_time(moment: datetime, language: Language) -> str:
    """Write a day and the time on the clock here: 5 maart 2026 14:30."""
    return format_datetime(moment.astimezone(HERE), "d MMMM y HH:mm", locale=str(language))


def number(value: float, language: Language) -> str:
    """Write a number: 1.234,5."""
    return format_decimal(value, locale=str(language))


def percentage(value: float, language: Language) -> str:
    """Write a share between 0 and 1: 51%."""
    return format_percent(value, locale=str(language))


def duration(seconds: int, language: Language) -> str:
    """Write how long to wait: 1 second, 64 seconds, 15 minutes. Rounded up, so that it is never too short."""
    unit, count = ("second", seconds) if seconds < _MINUTES_FROM else ("minute", math.ceil(seconds / 60))
    return format_unit(count, f"duration-{unit}", locale=str(language))


def iso_day(moment: date | datetime) -> str:
    """Write the day here for a field of a form, and for programs: 2026-03-05."""
    return _local(moment).isoformat()


def _local(moment: date | datetime) -> date:
    return moment.astimezone(HERE).date() if isinstance(moment, datetime) else moment


def filters(language: Language) -> dict[str, Any]:
    """Return what templates use to write days and numbers."""
    return {
        "day": lambda moment: day(moment, language),
        "short_day": lambda moment: short_day(moment, language),
        "day_and_time": lambda moment: day_and_time(moment, language),
        "number": lambda value: number(value, language),
        "percentage": lambda value: percentage(value, language),
        "iso_day": iso_day,
    }
