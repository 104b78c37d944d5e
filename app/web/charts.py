"""Pictures of how threads went, as SVG.

No style attributes and no script, so that they pass the strict content policy of a page. Colours come
from classes, which follow the theme of the page; the light palette stands beside them as attributes,
for a print or a file without a stylesheet. Places are in per cent and texts in pixels, so that words
keep their size at every width.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import Enum

from markupsafe import Markup, escape

from app.domain.classification import Clarity, RelationshipType
from app.domain.summary import Period
from app.domain.thread import Perspective
from app.web.glyphs import BOX, DOTS, LOOKS, safe


@dataclass(frozen=True, slots=True)
class Mark:
    """One assessment that counts; `title` is told by whoever points at it."""

    at: datetime
    perspective: Perspective
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One thread: who, about what, how it stood, and the assessments that say so.

    A retracted or corrected assessment is in neither of the two.
    """

    name: str
    about: str
    periods: Sequence[Period]
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Words:
    """Everything in a chart that is said in a language.

    `description` is one sentence in the place of the picture; `nothing` stands in a lane in which no
    assessment counts. `month` has to be short: there are up to nine on a line, four on a phone.
    """

    title: str
    description: str
    nothing: str
    types: Mapping[RelationshipType, str]
    clarities: Mapping[Clarity, str]
    month: Callable[[date], str]
    day: Callable[[datetime], str]
    period: Callable[[datetime, datetime | None], str]


# ---------------------------------------------------------------- lanes

_HEAD, _ROW, _GAP, _FOOT = 27, 48, 5, 26
_PITCH = _HEAD + _ROW + _GAP
_DAY = 86400.0
# The content of a page on the narrowest phone, and just above the breakpoint of 40rem; in pixels.
_PHONE, _WIDE = 256, 576
# A bold letter of 12 pixels, and one of the 13 of a name, in the widest of the usual fonts.
_LETTER, _LETTER_OF_NAME = 8.2, 8.6


def lanes(rows: Sequence[Lane], until: datetime, words: Words, uid: str) -> Markup:
    """Draw one lane per thread, from the first assessment of all of them until a moment.

    Blocks and marks:
        A block is a period, and every perspective has its part in it. The domain says that a thread
        stands as it was assessed last, by whomever; were the blocks of the practitioner alone, the
        last one could contradict the badge beside it. What another person saw is still no movement:
        a period in which no practitioner assessed has a dashed edge, and each perspective its own
        mark above the lane.

    Time:
        Months begin in the zone of `until`. The last block is drawn a little past the newest
        assessment, else one of today would have no width. A period of no length, between two
        assessments of the same moment, leaves its mark only.

    `uid` makes the ids of this chart unique in its page. `until` is now, or an earlier moment.
    """
    spoken: dict[tuple[RelationshipType | None, Clarity | None], str] = {
        **{(kind, None): str(escape(word)) for kind, word in words.types.items()},
        **{(None, clarity): str(escape(word)) for clarity, word in words.clarities.items()},
    }
    bottom = _PITCH * len(rows)
    canvas = _Canvas(_scale(rows, until), until.tzinfo, words, spoken, str(escape(uid)), bottom)
    parts = [_opening(canvas)]
    parts += [
        f'<rect class="lane" fill="#f4f6f8" y="{top + _HEAD}" width="100%" height="{_ROW}"/>'
        for top in range(0, bottom, _PITCH)
    ]
    parts += _axis(canvas)
    for n, row in enumerate(rows):
        parts += _lane(canvas, row, _PITCH * n + _HEAD)
    return safe("".join([*parts, "</svg>"]))


# Places are counted in hundredths of a per cent, so that blocks meet exactly.
_START, _END = 200, 10_000


@dataclass(frozen=True, slots=True)
class _Scale:
    """From moments to places. `known` is the last moment of which anything is known."""

    first: float
    known: float
    last: float

    def place(self, moment: datetime) -> int:
        return _START + round((moment.timestamp() - self.first) / (self.last - self.first) * (_END - _START))


@dataclass(frozen=True, slots=True)
class _Canvas:
    """What all parts of one chart share. `spoken` has the words of a period, escaped."""

    scale: _Scale
    zone: tzinfo | None
    words: Words
    spoken: Mapping[tuple[RelationshipType | None, Clarity | None], str]
    uid: str
    bottom: int


def _scale(rows: Sequence[Lane], until: datetime) -> _Scale:
    known = until.timestamp()
    begun = [row.periods[0].since.timestamp() for row in rows if row.periods]
    newest = max((row.periods[-1].since.timestamp() for row in rows if row.periods), default=known)
    newest = max([newest, *(row.marks[-1].at.timestamp() for row in rows if row.marks)])
    known = max(known, newest)
    first = min(begun, default=known)
    return _Scale(first, known, max(known, newest + max(_DAY, (known - first) / 24)))


def _percent(place: int) -> str:
    return f"{place / 100:.2f}%"


class _Room(Enum):
    """Where there is room for something, as classes and attributes."""

    EVERYWHERE = ""
    NOT_ON_A_PHONE = " narrow"
    NOWHERE = ' none" display="none'


def _room(share: int, pixels: float) -> _Room:
    """Tell where so many pixels fit into a part of the width."""
    if share * _WIDE < pixels * _END:
        return _Room.NOWHERE
    return _Room.NOT_ON_A_PHONE if share * _PHONE < pixels * _END else _Room.EVERYWHERE


def _opening(canvas: _Canvas) -> str:
    uid, words = canvas.uid, canvas.words
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart lanes" width="100%" '
        f'height="{canvas.bottom + _FOOT}" role="img" aria-labelledby="{uid}-t" '
        f'aria-describedby="{uid}-d" focusable="false" font-family="sans-serif">'
        f'<title id="{uid}-t">{escape(words.title)}</title>'
        f'<desc id="{uid}-d">{escape(words.description)}</desc>'
        f'<defs><pattern id="{uid}-x" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<path class="hatch" stroke="#4d5661" d="M-1 1L1-1M0 6L6 0M5 7L7 5"/></pattern></defs>'
    )


# ---------------------------------------------------------------- time

# In months; nothing is recorded from before 1900.
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 1200, 12_000)
_MOST_NAMES, _MOST_ON_A_PHONE = 9, 4
# Closer to the edge half a name would be cut off; on a phone sooner. Closer together than the last,
# two dates would overlap there.
_EDGE, _EDGE_OF_A_PHONE, _APART = 450, 1000, 6500


def _axis(canvas: _Canvas) -> list[str]:
    """Draw the lines of the months, or of years where there are many, and their names.

    Where hardly a month begins, the first and the last day are named instead.
    """
    ticks = _ticks(canvas)
    parts = [
        f'<line class="grid" stroke="#d8dde3" x1="{_percent(place)}" x2="{_percent(place)}" y1="0" '
        f'y2="{canvas.bottom + 4}"/>'
        for place, _ in ticks
    ]
    named = [tick for tick in ticks if _EDGE < tick[0] < _END - _EDGE]
    inner = [tick for tick in named if _EDGE_OF_A_PHONE < tick[0] < _END - _EDGE_OF_A_PHONE]
    if not inner[1:]:
        return parts + _days(canvas)
    on_a_phone = inner[:: -(-len(inner) // _MOST_ON_A_PHONE)]
    only_years = all(first.month == 1 for _, first in ticks)
    for tick in named:
        place, first = tick
        name = str(first.year) if only_years else canvas.words.month(first)
        parts.append(_when(canvas, place, name, "middle", "" if tick in on_a_phone else " spare"))
    return parts


def _ticks(canvas: _Canvas) -> list[tuple[int, date]]:
    scale, zone = canvas.scale, canvas.zone
    start, end = datetime.fromtimestamp(scale.first, zone), datetime.fromtimestamp(scale.last, zone)
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    step = next(step for step in _STEPS if (last - first) // step < _MOST_NAMES)
    months = range(-(-first // step) * step, last + 1, step)
    begun = [datetime(month // 12, month % 12 + 1, 1, tzinfo=zone) for month in months]
    return [(scale.place(one), one.date()) for one in begun if scale.place(one) >= _START]


def _days(canvas: _Canvas) -> list[str]:
    scale, day = canvas.scale, canvas.words.day
    first, known = (datetime.fromtimestamp(one, canvas.zone) for one in (scale.first, scale.known))
    parts = [_when(canvas, _START, day(first), "start")]
    if (place := scale.place(known)) > _APART:
        parts.append(_when(canvas, place, day(known), "end"))
    return parts


def _when(canvas: _Canvas, place: int, name: str, anchor: str, more: str = "") -> str:
    return (
        f'<text class="axis tick{more}" fill="#4d5661" font-size="13" x="{_percent(place)}" '
        f'y="{canvas.bottom + 18}" text-anchor="{anchor}">{escape(name)}</text>'
    )


# ---------------------------------------------------------------- one lane


def _lane(canvas: _Canvas, row: Lane, top: int) -> list[str]:
    parts = [_name(row, top - 14)]
    if not row.periods:
        parts.append(
            f'<text class="about" fill="#4d5661" font-size="12" x="8" y="{top + _ROW - 4}">'
            f"{escape(canvas.words.nothing)}</text>"
        )
    who = str(escape(row.name))
    for period in row.periods:
        left = canvas.scale.place(period.since)
        right = canvas.scale.place(period.until) if period.until else _END
        if right > left:
            kind = period.relationship_type
            word = canvas.spoken[kind, None if kind else period.clarity]
            when = escape(canvas.words.period(period.since, period.until))
            parts.append(
                f'<svg x="{_percent(left)}" y="{top}" width="{_percent(right - left)}" height="{_ROW}">'
                f"<title>{who}: {word}, {when}</title>{_block(canvas, period, word, right - left)}</svg>"
            )
    parts += [
        (
            f'<svg class="dot {mark.perspective.value}" x="{_percent(canvas.scale.place(mark.at))}" '
            f'y="{top - 6}" overflow="visible"><title>{escape(mark.title)}</title>'
            f"{DOTS[mark.perspective]}</svg>"
        )
        for mark in row.marks
    ]
    return parts


def _name(row: Lane, y: int) -> str:
    """Write who and what on one line: in full where it fits, and shorter for a phone beside it."""
    short, long = int(_PHONE / _LETTER_OF_NAME), int(_WIDE / _LETTER_OF_NAME)
    if len(row.name) + len(row.about) + 3 <= short:
        return _label(row, short, y, "label")
    return _label(row, long, y, "label long") + _label(row, short, y, 'label short" display="none')


def _label(row: Lane, letters: int, y: int, classes: str) -> str:
    name = _shortened(row.name, letters)
    about = _shortened(row.about, letters - len(name) - 3)
    cut = (name, about) != (row.name, row.about)
    title = f"<title>{escape(row.name)} · {escape(row.about)}</title>" if cut else ""
    rest = f'<tspan class="about" fill="#4d5661" font-weight="400"> · {escape(about)}</tspan>'
    return (
        f'<text class="{classes}" fill="#1b1f24" font-size="13" font-weight="700" x="2" y="{y}">'
        f"{title}{escape(name)}{rest if about else ''}</text>"
    )


def _shortened(text: str, letters: int) -> str:
    """Return what fits; nothing, where it would be two or three letters."""
    if len(text) <= letters:
        return text
    return text[: letters - 1].rstrip() + "…" if letters > 3 else ""  # noqa: PLR2004 - as said


def _block(canvas: _Canvas, period: Period, word: str, share: int) -> str:
    look = LOOKS[period.relationship_type]
    height = _ROW * look.thirds // 3
    for_glyph, for_word = _room(share, 15), _room(share, 21 + _LETTER * len(word))
    # A block too small for its shape has no room for dashes either.
    dashed = Perspective.PRACTITIONER not in period.perspectives and for_glyph is not _Room.NOWHERE
    edge = f'stroke="{look.edge}" stroke-width="4" ' if dashed or period.relationship_type is None else ""
    dashes = 'stroke-dasharray="5 4" ' if dashed else ""
    # The hatching leaves out the line of the word, which would be hard to read on it.
    hatching = f'<rect fill="url(#{canvas.uid}-x)" width="100%" height="{_ROW - 17}"/>'
    return (
        f'<rect class="block {look.name}{" other" if dashed else ""}" fill="{look.fill}" {edge}{dashes}'
        f'y="{_ROW - height}" width="100%" height="{height}"/>'
        f"{'' if period.relationship_type else hatching}"
        f'<svg class="{look.ink}{for_glyph.value}" fill="{look.ink_colour}" x="4" y="{_ROW - 13}" {BOX}>'
        f"{look.shape}</svg>"
        f'<text class="{look.ink} word{for_word.value}" fill="{look.ink_colour}" font-size="12" '
        f'font-weight="700" x="18" y="{_ROW - 4}">{word}</text>'
    )
