"""A text to look through, and what could be said more plainly."""

from pydantic import Field

from app.domain.plain_language import Reader
from app.domain.texts import Language
from app.models.base import Input, Output

LONGEST = 10_000


class TextIn(Input):
    """A text, and for whom it was written."""

    text: str = Field(
        min_length=1,
        max_length=LONGEST,
        description=(
            f"The text, 1 to {LONGEST:,} characters (Unicode code points). What a client said, between "
            "quotation marks, is left alone."
        ),
        examples=["Moeder geeft aan dat de thuissituatie kwetsbaar is."],
    )
    language: Language = Field(
        default=Language.NL,
        description="The language of the text; `nl` when left out. The hints come in `Accept-Language`.",
        examples=["nl"],
    )
    audience: Reader = Field(
        default=Reader.CLIENT,
        description="Who is going to read it; `client` when left out, for whom every hint is given.",
        examples=["client"],
    )


class HintRead(Output):
    """One word or expression, and what could stand there instead."""

    start: int = Field(
        description="Where it begins: how many characters (Unicode code points) of the text as it was sent "
        "stand before it.",
        examples=[0],
    )
    end: int = Field(description="Where it ends, counted in the same way.", examples=[6])
    term: str = Field(
        description="The id of the term; it never changes.",
        examples=["nl-moeder-vader"],
    )
    why: str = Field(
        description="What is the matter with it.",
        examples=["Zonder naam of woordje ervoor klinkt het afstandelijk: 'moeder' is niet hoe ze heet."],
    )
    suggestion: str = Field(
        description="What to write instead, or what to ask oneself.",
        examples=["Gebruik de naam, of 'zijn moeder'."],
    )


class HintList(Output):
    """The hints for a text. Without hints a text is not yet plain."""

    hints: list[HintRead] = Field(description="In the order of the text; none overlaps another.")
