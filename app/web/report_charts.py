"""Pictures of counts, as SVG: what moved from where to where, and how a team stood at several moments.

In the manner of `charts.py`: places are in per cent and texts in pixels, so that words keep their size at
every width. What is hidden has a dashed edge and is as wide as the least it is known to be, which the table
beside it says too; what is small is a thin line of always the same width.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.domain.classification import RelationshipType
from app.domain.hiding import ENOUGH, Count
from app.web.glyphs import BOX, LOOKS, safe

Kind = RelationshipType | None


@dataclass(frozen=True, slots=True)
class CountWords:
    """Everything in these pictures that is said in a language; `description` stands in their place.

    `kinds` has a word for each type and for none; `count` writes a count, hidden or not.
    """

    title: str
    description: str
    kinds: Mapping[Kind, str]
    count: Callable[[Count], str]
    before: str = ""
    after: str = ""


ORDER: tuple[Kind, ...] = (*reversed(RelationshipType), None)
"""From top to bottom: the most committed first, and what has no type last."""

_HIDDEN = 3.0
"""So many pixels wide is what is small, however much it is."""


def opening(name: str, height: float, words: CountWords, uid: str) -> str:
    """Return the beginning of a picture with its text alternative."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {name}" width="100%" height="{height:g}" '
        f'role="img" aria-labelledby="{uid}-t" aria-describedby="{uid}-d" focusable="false" '
        f'font-family="sans-serif"><title id="{uid}-t">{escape(words.title)}</title>'
        f'<desc id="{uid}-d">{escape(words.description)}</desc>'
    )


# ---------------------------------------------------------------- what moved

_TOP, _NAME, _GAP, _NODE = 24, 20, 12, 12
_TALL = 180.0
"""So many pixels are all that is shown together; a node and its name come on top of that."""


@dataclass(slots=True)
class _Node:
    """One side of a type: where its ribbons go on, and how much of it there is."""

    top: float
    height: float
    used: float = 0.0

    def take(self, width: float) -> float:
        """Return where the next ribbon begins."""
        self.used += width
        return self.top + self.used - width


def sankey(cells: Mapping[tuple[Kind, Kind], Count], words: CountWords, uid: str) -> Markup:
    """Draw a ribbon from each type before to each type after, as wide as it was frequent."""
    known = sum(count.least for count in cells.values() if not _is_thin(count))
    widths = {
        cell: _HIDDEN if _is_thin(count) else count.least * _TALL / max(known, 1)
        for cell, count in cells.items()
    }
    left, bottom = _nodes({kind: sum(widths[kind, after] for after in ORDER) for kind in ORDER})
    right, other = _nodes({kind: sum(widths[before, kind] for before in ORDER) for kind in ORDER})
    height = max(bottom, other)
    ribbons = [
        _ribbon((before, after), cells[before, after], width, (left[before], right[after]), words)
        for before in ORDER
        for after in ORDER
        if (width := widths[before, after])
    ]
    parts = [
        opening("flows", height, words, uid),
        f'<text class="axis" fill="#4d5661" font-size="13" x="0" y="14">{escape(words.before)}</text>',
        _heading(words.after),
        f'<svg width="100%" height="{height:g}" viewBox="0 0 1000 {height:g}" preserveAspectRatio="none">',
        *ribbons,
        "</svg>",
    ]
    for kind in ORDER:
        parts += _side(kind, left[kind], words, at_the_end=False)
        parts += _side(kind, right[kind], words, at_the_end=True)
    return safe("".join([*parts, "</svg>"]))


def _is_thin(count: Count) -> bool:
    return count.is_hidden and (count.most is None or count.least < ENOUGH)


def _heading(word: str) -> str:
    place = 'x="100%" y="14" text-anchor="end"'
    return f'<text class="axis" fill="#4d5661" font-size="13" {place}>{escape(word)}</text>'


def _nodes(heights: Mapping[Kind, float]) -> tuple[dict[Kind, _Node], float]:
    """Return where each type begins, and where all of it ends. A type of which there is none has no place."""
    nodes, top = {}, float(_TOP)
    for kind in ORDER:
        top += _NAME if heights[kind] else 0
        nodes[kind] = _Node(top, heights[kind])
        top += heights[kind] + (_GAP if heights[kind] else 0)
    return nodes, top


def _ribbon(
    cell: tuple[Kind, Kind], count: Count, width: float, nodes: tuple[_Node, _Node], words: CountWords
) -> str:
    look = LOOKS[cell[0]]
    start, end = nodes[0].take(width), nodes[1].take(width)
    title = f"{words.kinds[cell[0]]} → {words.kinds[cell[1]]}: {words.count(count)}"
    shape = f"M0 {start:.1f}C500 {start:.1f} 500 {end:.1f} 1000 {end:.1f}"
    if _is_thin(count):
        return (
            f'<path class="flow hidden {look.name}" fill="none" stroke="{look.colour}" '
            f'stroke-dasharray="4 4" vector-effect="non-scaling-stroke" '
            f'transform="translate(0 {width / 2:g})" d="{shape}"><title>{escape(title)}</title></path>'
        )
    back = f"V{end + width:.1f}C500 {end + width:.1f} 500 {start + width:.1f} 0 {start + width:.1f}Z"
    dashes = 'stroke-dasharray="4 4" ' if count.is_hidden else ""
    return (
        f'<path class="flow {look.name}" fill="{look.colour}" fill-opacity=".35" '
        f'stroke="{look.colour}" {dashes}vector-effect="non-scaling-stroke" '
        f'd="{shape}{back}"><title>{escape(title)}</title></path>'
    )


def _side(kind: Kind, node: _Node, words: CountWords, *, at_the_end: bool) -> list[str]:
    if not node.height:
        return []
    look = LOOKS[kind]
    x, anchor, inwards, back = ("100%", "end", -16, _NODE) if at_the_end else ("0", "start", 16, 0)
    # A place in per cent cannot be moved by pixels, but what is drawn around it can.
    moved = f'<svg x="{x}" y="{{y:.1f}}" overflow="visible"><g transform="translate({-back})">'
    return [
        moved.format(y=node.top),
        f'<rect class="node {look.name}" fill="{look.colour}" width="{_NODE}" height="{node.height:.1f}"/>',
        "</g></svg>",
        moved.format(y=node.top - 14),
        f'<svg class="{look.name} shape" fill="{look.colour}" {BOX}>{look.shape}</svg></g></svg>',
        f'<text class="label" fill="#1b1f24" font-size="13" font-weight="700" x="{x}" dx="{inwards}" ',
        f'y="{node.top - 5:.1f}" text-anchor="{anchor}">{escape(words.kinds[kind])}</text>',
    ]


# ---------------------------------------------------------------- how it stood

_LINE, _BAR = 18, 26
_PITCH = _LINE + _BAR + 10
_WIDEST = 94.0
"""Per cent: what is left is for the mark of what is hidden."""

_PHONE = 256
_LETTER = 8.2


@dataclass(frozen=True, slots=True)
class Stood:
    """One moment: what it is called, and how many threads stood at which type."""

    name: str
    counts: Mapping[Kind, Count]


def bars(moments: Sequence[Stood], words: CountWords, uid: str) -> Markup:
    """Draw one bar per moment, its blocks as long as what is shown of each type."""
    most = max((_shown(one) for one in moments), default=0) or 1
    parts = [opening("bars", _PITCH * len(moments), words, uid)]
    for number, one in enumerate(moments):
        top = _PITCH * number
        parts.append(
            f'<text class="label" fill="#1b1f24" font-size="13" font-weight="700" x="0" y="{top + 13}">'
            f"{escape(one.name)}</text>"
        )
        left = 0.0
        for kind in reversed(ORDER[:-1]):
            left = _block(parts, one, kind, (left, most, top), words)
        left = _block(parts, one, None, (left, most, top), words)
        if any(count.is_hidden for count in one.counts.values()):
            parts.append(
                f'<rect class="hidden" fill="none" stroke="#1b1f24" stroke-dasharray="4 4" x="{left:.2f}%" '
                f'y="{top + _LINE + 1}" width="4%" height="{_BAR - 2}"/>'
            )
    return safe("".join([*parts, "</svg>"]))


def _shown(one: Stood) -> int:
    return sum(count.shown or 0 for count in one.counts.values())


def _block(
    parts: list[str], one: Stood, kind: Kind, place: tuple[float, int, int], words: CountWords
) -> float:
    """Draw one block, and return where it ends."""
    left, most, top = place
    count = one.counts[kind]
    if not count.shown:
        return left
    look, width = LOOKS[kind], count.shown / most * _WIDEST
    said = words.count(count)
    has_room = width / 100 * _PHONE > 20 + _LETTER * len(said)
    edge = f' stroke="{look.edge}"' if kind is None else ""
    inside = (
        (
            f'<svg class="{look.ink}" fill="{look.ink_colour}" x="4" y="8" {BOX}>{look.shape}</svg>'
            f'<text class="{look.ink} word" fill="{look.ink_colour}" font-size="12" font-weight="700" x="18" '
            f'y="17">{escape(said)}</text>'
        )
        if has_room
        else ""
    )
    parts.append(
        f'<svg x="{left:.2f}%" y="{top + _LINE}" width="{width:.2f}%" height="{_BAR}">'
        f"<title>{escape(one.name)}, {escape(words.kinds[kind])}: {escape(said)}</title>"
        f'<rect class="block {look.name}" fill="{look.fill}"{edge} width="100%" height="{_BAR}"/>'
        f"{inside}</svg>"
    )
    return left + width
