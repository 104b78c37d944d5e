"""The shapes of types and perspectives: one drawing each, for texts, tables and charts."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.domain.classification import RelationshipType
from app.domain.thread import Perspective


@dataclass(frozen=True, slots=True)
class Look:
    """How a type looks, or its absence: class, colour, shape and height each say it alone.

    `colour` is of the shape by itself; `thirds` and `fill` are of a block, `ink` of what stands on it.
    """

    name: str
    colour: str
    shape: str
    thirds: int
    fill: str
    edge: str = "#fff"
    ink: str = "in"
    ink_colour: str = "#fff"


BOX = 'width="10" height="10" viewBox="0 0 10 10"'
_SQUARE = '<rect x=".8" y=".8" width="8.4" height="8.4"/>'
# A letter would look otherwise on every machine.
_QUESTION = (
    '<path d="M1.8 3.4A3.2 3.2 0 1 1 5.8 6.5V7.2H4.2V5.2H5A1.8 1.8 0 1 0 3.2 3.4ZM4.2 8.2H5.8V9.8H4.2Z"/>'
)
LOOKS: Mapping[RelationshipType | None, Look] = {
    RelationshipType.VISITOR: Look("lv0", "#5a6472", '<circle cx="5" cy="5" r="4.4"/>', 1, "#5a6472"),
    RelationshipType.COMPLAINANT: Look("lv1", "#a64b00", '<path d="M5 .4L9.8 9.4H.2Z"/>', 2, "#a64b00"),
    RelationshipType.CUSTOMER: Look("lv2", "#00695c", _SQUARE, 3, "#00695c"),
    None: Look("lvx", "#1b1f24", _QUESTION, 3, "#f4f6f8", "#4d5661", "out", "#1b1f24"),
}

_LINE = 'fill="none" stroke="#1b1f24" stroke-width="2"'
DOTS: Mapping[Perspective, str] = {
    Perspective.PRACTITIONER: '<circle r="3" fill="#1b1f24"/>',
    Perspective.CLIENT: f'<path d="M0-4.5L4.5 0 0 4.5-4.5 0Z" {_LINE}/>',
    Perspective.SUPERVISOR: f'<path d="M-4.5 0H4.5M0-4.5V4.5" {_LINE}/>',
    Perspective.OBSERVER: f'<path d="M-3.6-3.6L3.6 3.6M-3.6 3.6L3.6-3.6" {_LINE}/>',
}


def level_class(relationship_type: RelationshipType | None) -> str:
    """Return the class that colours a type: `lv0` to `lv2`, and `lvx` for none."""
    return LOOKS[relationship_type].name


def glyph(relationship_type: RelationshipType | None) -> Markup:
    """Return the shape of a type. It stands beside the word, so nobody needs to be told what it is."""
    look = LOOKS[relationship_type]
    return safe(
        f'<svg class="glyph {look.name}" fill="{look.colour}" {BOX} aria-hidden="true" focusable="false">'
        f"{look.shape}</svg>"
    )


def badge(relationship_type: RelationshipType | None, word: str) -> Markup:
    """Return shape and word of a type; without a type, the word says why there is none."""
    return safe(
        f'<span class="badge {level_class(relationship_type)}">{glyph(relationship_type)} '
        f"{escape(word)}</span>"
    )


def dot(perspective: Perspective) -> Markup:
    """Return the mark of a perspective, for the legend. None looks like the shape of a type on a block."""
    return safe(
        f'<svg class="dot {perspective.value}" width="12" height="12" viewBox="-6 -6 12 12" '
        f'aria-hidden="true" focusable="false">{DOTS[perspective]}</svg>'
    )


def safe(svg: str) -> Markup:
    """Mark what is put together here as safe: every text in it went through `escape`."""
    return Markup(svg)  # noqa: S704 - as said
