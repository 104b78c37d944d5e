"""When a prompt for reflection is offered, and the friendly hint at an empty 'so'. Pure functions."""

import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from app.domain.classification import RelationshipType
from app.domain.texts import Text
from app.domain.thread import Judgement

SO = "why-so-3-so"
WHY_SO = "why-so-"
"""How the ids of the questions begin of which 'so' is the last (domain report, 5.1 F18)."""

MONTH = timedelta(days=30)

SO_HINT = Text(
    nl="Mooi dat je hierbij stilstaat. Wat kun je de volgende keer anders doen, al is het iets kleins?",
    en="Good that you stop to think. What could you do differently next time, even something small?",
)

_ALWAYS = re.compile(
    r"""
    \b( zo\s+(doen|deden|gaat|ging|werkt)(\s+(we|wij|het|dat|dit|hier|nu|eenmaal)){0,4}\s+altijd
      | (doen|deden)\s+(we|wij)\s+(hier\s+)?altijd\s+(al\s+)?zo
      | zo\s+hebben\s+(we|wij)\s+(dat|het|dit)\s+altijd\s+(al\s+)?gedaan
      | (how|what|way)\s+we(\s+have|'ve|’ve)?\s+always\s+(do|did|done)
      | we(\s+have|'ve|’ve)?\s+always\s+(do|did|done)\s+(it|this|that|so)
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def needs_so_hint(so: str | None) -> bool:
    """Tell whether a 'so' is missing, or says no more than that it has always been like this."""
    return so is None or not so.strip() or _ALWAYS.search(so) is not None


def is_time_for_perspective(course: Sequence[Judgement], assessment_id: UUID) -> bool:
    """Tell whether to ask, after an assessment, how the person on the other side sees us (F15).

    At most once per thread per month: it is the first in 30 days that came to a complainant
    relationship, of the judgements in force. So nobody has to keep to whom what was shown.
    """
    here = next((one for one in course if one.id == assessment_id), None)
    if here is None or here.relationship_type is not RelationshipType.COMPLAINANT:
        return False
    return not any(
        one.id != here.id
        and one.relationship_type is RelationshipType.COMPLAINANT
        and here.recorded_at - MONTH < one.recorded_at < here.recorded_at
        for one in course
    )
