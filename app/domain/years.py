"""Years of the calendar, counted where the 29th of February is not there every year.

Both err on the side of keeping: what is not later than `years_before` a moment has, by `years_after`,
had its years by then.
"""

from datetime import datetime


def years_before(moment: datetime, years: int) -> datetime:
    """Return the same moment so many years earlier; for the 29th of February else the 28th."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:
        return moment.replace(year=moment.year - years, day=28)


def years_after(moment: datetime, years: int) -> datetime:
    """Return the same moment so many years later; for the 29th of February else the 1st of March begins."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        # Not at the same hour: then what was recorded on the 29th would be kept longer than what came after.
        return moment.replace(
            year=moment.year + years, month=3, day=1, hour=0, minute=0, second=0, microsecond=0
        )
