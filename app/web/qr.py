"""Pictures for cameras."""

import segno
from markupsafe import Markup


def picture_of(text: str, *, fits: bool = False) -> Markup:
    """Return a QR code as SVG: dark on light whatever the page looks like, or cameras cannot read it.

    With `fits` it has no size of its own, and becomes as large as the page says.
    """
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        scale=5, dark="#000", light="#fff", border=4, omitsize=fits
    )
    return Markup(drawn)  # noqa: S704 - drawn here: squares, and no text in it
