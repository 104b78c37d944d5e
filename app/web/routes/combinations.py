"""The whole table of answers and what they come to: to look up, and to hand out on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fastapi import Response
from starlette.datastructures import QueryParams

from app.domain.answers import ALL_ANSWERS, Answer, Question
from app.domain.classification import Clarity, RelationshipType
from app.domain.ruleset import Ruleset
from app.domain.texts import Language
from app.models.classifications import ClassificationRead
from app.services.catalogue import schema
from app.services.results import result
from app.unguarded import open_to_all
from app.web.answer_words import words_of
from app.web.pages import Pages
from app.web.places import address
from app.web.visits import AnyGuest

pages = Pages()
router = pages.router


class Kind(StrEnum):
    """What can be asked for: a type, or no type."""

    VISITOR = RelationshipType.VISITOR
    COMPLAINANT = RelationshipType.COMPLAINANT
    CUSTOMER = RelationshipType.CUSTOMER
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """What part of the table is asked for. What cannot be asked for is as if it was not asked."""

    kind: str
    clarity: str
    with_unknown: bool

    @classmethod
    def of(cls, query: QueryParams) -> "Asked":
        """Read it from an address."""
        kind, clarity = query.get("type", ""), query.get("clarity", "")
        return cls(
            kind if kind in list(Kind) else "",
            clarity if clarity in list(Clarity) else "",
            query.get("unknown") == "yes",
        )

    def fits(self, row: ClassificationRead) -> bool:
        """Tell whether a row is asked for."""
        return self.kind in ("", row.relationship_type or Kind.NONE) and self.clarity in ("", row.clarity)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, with the page that says more."""

    given: tuple[Answer, ...]
    discussion: bool
    result: ClassificationRead
    address: str


@pages.get("combinations")
@open_to_all
def show_combinations(guest: AnyGuest) -> Response:
    """Show the 27 combinations of known answers, or all 64, or those of one type or clarity."""
    ruleset, asked = guest.knowledge.current, Asked.of(guest.request.query_params)
    rows = [row for row in _rows(ruleset, guest.language, asked) if asked.fits(row.result)]
    return guest.page(
        "combinations.html",
        fragment="_combinations.html",
        schema=schema(ruleset, guest.language),
        asked=asked,
        rows=rows,
    )


def _rows(ruleset: Ruleset, language: Language, asked: Asked) -> Iterator[Row]:
    for answers in ALL_ANSWERS:
        rule = ruleset.rules.get(answers)
        if not answers.unknown or asked.with_unknown:
            yield Row(
                tuple(answers[question] for question in Question),
                rule is not None and rule.discussion,
                result(ruleset, answers, language),
                address("practice_answers", language, answers=words_of(answers, language)),
            )
