"""The words of the pages: translations, and how days and numbers are written in each language."""

import gettext
import io
import math
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from app.domain.texts import Language, Text

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


def _(message: str) -> str:
    """Mark a sentence for the translator; it is translated where it is shown."""
    return message


def say(language: Language, message: str, **values: object) -> str:
    """Translate a sentence that is said from Python. Mark it for the translator with `_("...")`."""
    said = translations(language).gettext(message)
    return said % values if values else said


def in_both(message: str) -> Text:
    """Return a sentence that was marked for the translator in both languages."""
    return Text(nl=say(Language.NL, message), en=message)


def day(moment: date | datetime, language: Language) -> str:
    """Write a day: 5 maart 2026."""
    return _written(_local(moment), "d MMMM y", language)


def short_day(moment: date | datetime, language: Language) -> str:
    """Write a day in little space: 5 mrt 2026."""
    return _written(_local(moment), "d MMM y", language)


def month(moment: date | datetime, language: Language) -> str:
    """Write a month in little space: mrt 2026."""
    return _written(_local(moment), "MMM y", language)


@lru_cache(maxsize=4096)
def _written(day: date, pattern: str, language: Language) -> str:
    """Write a day. A list has the same few hundred days over and over, and Babel takes its time."""
    return format_date(day, pattern, locale=str(language))


@lru_cache(maxsize=4096)
def days_ago(days: int, language: Language) -> str:
    """Write for how many whole days something has been: today, 1 day ago, 12 days ago."""
    ngettext = translations(language).ngettext
    if days == 0:
        return say(language, "today")
    return ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": number(days, language)}


def day_and_time(moment: datetime, language: Language) -> str:
    """Write a day and the time on the clock here: 5 maart 2026 14:30."""
    return _to_the_minute(moment.replace(second=0, microsecond=0), language)


@lru_cache(maxsize=4096)
def _to_the_minute(moment: datetime, language: Language) -> str:
    return format_datetime(moment.astimezone(HERE), "d MMMM y HH:mm", locale=str(language))


def number(value: float, language: Language) -> str:
    """Write a number: 1.234,5."""
    return format_decimal(value, locale=str(language))


def percentage(value: float, language: Language) -> str:
    """Write a share between 0 and 1: 51%."""
    return format_percent(value, locale=str(language))


def figure(value: float, language: Language) -> str:
    """Write a coefficient between -1 and 1 with two decimals: 0,66."""
    return format_decimal(value, format="0.00", locale=str(language))


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
        "figure": lambda value: figure(value, language),
        "iso_day": iso_day,
    }
