"""The caseload as a file for a spreadsheet.

A spreadsheet set to Dutch reads a file that begins with a byte order mark as UTF-8, and takes the
semicolon for the border between cells. Days are written as 2026-11-20, which every setting reads.
"""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from app.domain.texts import Language
from app.services.caseload import Line, days_since
from app.web.wording import iso_day, say

_BYTE_ORDER_MARK = "\ufeff"
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(lines: Iterable[Line], now: datetime, language: Language) -> bytes:
    """Write a header and the lines. Ends of lines as RFC 4180 has them."""
    file = io.StringIO(_BYTE_ORDER_MARK)
    file.seek(0, io.SEEK_END)
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(_header(language))
    words = _words(language)
    writer.writerows([harmless(cell) for cell in _cells(line, now, words)] for line in lines)
    return file.getvalue().encode()


def harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet could take for a formula, also after white space."""
    return (
        f"'{cell}"
        if cell.startswith(_BEGINS_A_FORMULA) or cell.lstrip().startswith(_BEGINS_A_FORMULA)
        else cell
    )


def _header(language: Language) -> list[str]:
    return [
        say(language, "Case"),
        say(language, "Status"),
        say(language, "Restricted"),
        say(language, "Practitioner"),
        say(language, "Team"),
        say(language, "Opened on"),
        say(language, "Closed on"),
        say(language, "Participant"),
        say(language, "Concern"),
        say(language, "Working relationship"),
        say(language, "Clarity"),
        say(language, "Since"),
        say(language, "Last assessment"),
        say(language, "Days since the last assessment"),
        say(language, "Number of assessments"),
        say(language, "Asks for attention"),
    ]


def _words(language: Language) -> dict[object, str]:
    """Return the words for what is a code, in the words of the pages."""
    return {
        None: "",
        True: say(language, "Yes"),
        False: say(language, "No"),
        "open": say(language, "Open"),
        "closed": say(language, "Closed"),
        "visitor": say(language, "Visitor"),
        "complainant": say(language, "Complainant"),
        "customer": say(language, "Customer"),
        "clear": say(language, "Clear"),
        "leaning": say(language, "Leaning"),
        "unclear": say(language, "Unclear"),
        "contradictory": say(language, "Contradictory"),
        "incomplete": say(language, "Incomplete"),
    }


def _cells(line: Line, now: datetime, words: dict[object, str]) -> list[str]:
    row = line.row
    last = row.last_assessed_at
    return [
        row.reference,
        words[row.status],
        words[row.restricted],
        row.practitioner,
        row.team or "",
        iso_day(row.opened_at),
        iso_day(row.closed_at) if row.closed_at else "",
        row.participant or "",
        row.concern or "",
        words[row.relationship_type],
        words[row.clarity],
        iso_day(row.since) if row.since else "",
        iso_day(last) if last else "",
        str(days_since(last, now)) if last else "",
        str(row.assessment_count or 0),
        ", ".join(line.signals),
    ]
