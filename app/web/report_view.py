"""What the page of the reports shows: which periods there are to choose, and counts in words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from markupsafe import Markup

from app.domain.classification import RelationshipType
from app.domain.hiding import ENOUGH, Count
from app.domain.quarters import QUARTERS_OF_A_YEAR, Quarter
from app.domain.ruleset import Ruleset
from app.domain.texts import Language
from app.models.reports import CountRead, MovesRead
from app.web.case_words import type_words
from app.web.places import address
from app.web.report_charts import CountWords, Kind, Stood, bars, sankey
from app.web.wording import _, number, percentage, say, short_day

HIDDEN = "*"
"""The mark of what is hidden; what it means stands below each table."""

_QUARTERS, _YEARS = 8, 3


class Period(NamedTuple):
    """A period to choose: what stands in the address, what it is called, and its first and last quarter."""

    value: str
    name: str
    first: Quarter
    last: Quarter


class Cell(NamedTuple):
    """One cell of the matrix: the count in words, and its share of the row where that can be told."""

    text: str
    share: str


class Row(NamedTuple):
    """One row of the matrix."""

    kind: Kind
    cells: Sequence[Cell]
    total: str


class Matrix(NamedTuple):
    """A matrix as a table, the picture beside it, one sentence, and whether anything is hidden in it."""

    rows: Sequence[Row]
    columns: Sequence[str]
    total: str
    picture: Markup
    sentence: str
    hides: bool
    answers: Sequence[tuple[str, str, str, str]]


class Trend(NamedTuple):
    """How a team stood at several moments: names and counts, with the list behind each of the last."""

    rows: Sequence[tuple[str, Sequence[tuple[str, str | None]]]]
    picture: Markup
    hides: bool


def periods(now: datetime, language: Language) -> list[Period]:
    """Return the periods to choose from: a year until now, the last quarters, and calendar years."""
    this = Quarter.of(now)
    found = [Period("", say(language, _("The last four quarters")), this.after(1 - QUARTERS_OF_A_YEAR), this)]
    for back in range(_QUARTERS):
        one = this.after(-back)
        name = say(language, _("Quarter %(number)s of %(year)s"), number=one.number, year=one.year)
        found.append(Period(f"{one.year}-{one.number}", name, one, one))
    years = range(this.year, this.year - _YEARS, -1)
    return found + [
        Period(str(year), str(year), Quarter(year, 1), Quarter(year, QUARTERS_OF_A_YEAR)) for year in years
    ]


def in_words(count: Count | CountRead, language: Language) -> str:
    """Write a count: itself, or what is known of it with the mark."""
    if count.least == count.most:
        return number(count.least, language)
    if count.most is None:
        return HIDDEN
    return f"{number(count.least, language)}–{number(count.most, language)} {HIDDEN}"


def count_words(ruleset: Ruleset, language: Language, *, title: str, description: str) -> CountWords:
    """Return what a picture of counts says."""
    return CountWords(
        title=title,
        description=description,
        kinds=dict([*type_words(ruleset, language).items(), (None, say(language, _("No type")))]),
        count=lambda count: in_words(count, language),
        before=say(language, _("Before")),
        after=say(language, _("After")),
    )


def matrix_of(read: MovesRead, words: CountWords, uid: str, language: Language) -> Matrix:
    """Return one matrix. The picture is described by its sentence: the table says the rest."""
    cells: dict[tuple[Kind, Kind], CountRead] = {(one.from_type, one.to_type): one for one in read.cells}
    kinds = [one.from_type for one in read.rows]
    rows = [
        Row(
            one.from_type,
            [_cell(cells[one.from_type, after], one, language) for after in kinds],
            in_words(one, language),
        )
        for one in read.rows
    ]
    sentence = most_frequent(cells, words, language)
    shown = {cell: Count(one.least, one.most) for cell, one in cells.items()}
    described = CountWords(words.title, sentence, words.kinds, words.count, words.before, words.after)
    changes = sorted((one for one in read.answers if one.least), key=lambda one: -one.least)
    return Matrix(
        rows=rows,
        columns=[in_words(one, language) for one in read.columns],
        total=in_words(read.total, language),
        picture=sankey(shown, described, uid),
        sentence=sentence,
        hides=any(one.hidden for one in (*read.cells, *changes)),
        answers=[(one.question, one.was, one.became, in_words(one, language)) for one in changes],
    )


def _cell(one: CountRead, row: CountRead, language: Language) -> Cell:
    share = percentage(one.count / row.count, language) if one.count and row.count else ""
    return Cell(in_words(one, language), share)


def most_frequent(cells: Mapping[tuple[Kind, Kind], CountRead], words: CountWords, language: Language) -> str:
    """Say which change there was most; where what is shown does not tell that, one of the frequent."""
    changes = {cell: one for cell, one in cells.items() if cell[0] is not cell[1] and one.least}
    if not changes:
        return say(language, _("No relationship changed its type in this period."))
    most = max(changes, key=lambda cell: changes[cell].least)
    if changes[most].least < ENOUGH:
        return say(language, _("There were changes of type, but too few to show."))
    others = max((one.most or 0 for cell, one in changes.items() if cell != most), default=0)
    is_sure = changes[most].least > others
    before, after = (words.kinds[kind] for kind in most)
    sentence = (
        _("Most frequent change: from %(before)s to %(after)s, %(count)s times.")
        if is_sure
        else _("A frequent change: from %(before)s to %(after)s, %(count)s times.")
    )
    return say(language, sentence, before=before, after=after, count=in_words(changes[most], language))


def moments_of(quarters: Sequence[Quarter], now: datetime) -> list[datetime | None]:
    """Return when to look at a team: at the end of each quarter, and now where one is not over yet."""
    ends = [one.end for one in quarters if one.end <= now][-_QUARTERS:]
    return [*ends, *([None] if quarters[-1].end > now >= quarters[0].begin else [])]


def trend_of(
    counts: Iterable[tuple[datetime | None, Mapping[RelationshipType | None, Count]]],
    team: UUID | None,
    words: CountWords,
    language: Language,
) -> Trend:
    """Return how a team stood. Only what stands now has a list of cases behind it."""
    named = [
        (moment, say(language, _("Now")) if moment is None else short_day(moment, language), one)
        for moment, one in counts
    ]
    rows = [
        (
            name,
            [
                (
                    in_words(count, language),
                    address("caseload", language, query={"type": kind, "team": team})
                    if moment is None and kind and count.shown
                    else None,
                )
                for kind, count in one.items()
            ],
        )
        for moment, name, one in named
    ]
    return Trend(
        rows=rows,
        picture=bars([Stood(name, one) for _moment, name, one in named], words, "stood"),
        hides=any(count.is_hidden for _moment, _name, one in named for count in one.values()),
    )
