"""How far participants of a training agree, as it goes out. The key is in it once the results are shown."""

from pydantic import Field as ApiField

from app.domain.agreement import Strength, WhyNot
from app.domain.answers import Answer
from app.domain.classification import Clarity, RelationshipType
from app.domain.training import SessionState
from app.models.base import Output
from app.models.classifications import AnswersRead
from app.models.training_reads import CODE, NUMBER, STATE, STORY


class FigureRead(Output):
    """One figure, or why there is none."""

    value: float | None = ApiField(
        description="From -1 to 1; null where it is not defined.", examples=[0.6571]
    )
    why_not: WhyNot | None = ApiField(
        description="Why it is null. `too_few_raters`: no item was answered by two or more; `one_item`: only "
        "one was; `all_the_same`: everybody chose the same everywhere; `not_complete`: some items have "
        "fewer; `not_two_raters`: this figure is for two people.",
        examples=[None],
    )


class AlphaRead(FigureRead):
    """Krippendorff's alpha, with the interval that holds it in 95 of 100 draws of the items."""

    low: float | None = ApiField(description="Where the interval begins.", examples=[0.3543])
    high: float | None = ApiField(description="Where it ends.", examples=[0.907])
    items: int = ApiField(description="How many items were answered by two or more.", examples=[12])
    strength: Strength | None = ApiField(
        description="In a word, from 20 items on: `reliable` from .800, `tentative` from .667, else `low`.",
        examples=[None],
    )


class AnswerAgreementRead(Output):
    """How far participants agree on one of the three answers. `unknown` counts as missing."""

    percent: FigureRead = ApiField(
        description="Which part of the pairs chose the same, the mean over the items, from 0 to 1."
    )
    alpha: AlphaRead = ApiField(description="Krippendorff's alpha for ordered values: no, maybe, yes.")
    weighted_kappa: FigureRead = ApiField(description="For two participants: kappa with linear weights.")


class TypeAgreementRead(Output):
    """How far participants agree on the type."""

    percent: FigureRead = ApiField(
        description="Which part of the pairs chose the same, the mean over the items, from 0 to 1."
    )
    alpha: AlphaRead = ApiField(description="Krippendorff's alpha for values without an order.")
    ac1: FigureRead = ApiField(
        description="Gwet's AC1, to put beside alpha where nearly everybody chose the same type."
    )
    kappa: FigureRead = ApiField(
        description="For two participants Cohen's kappa, for more Fleiss' kappa if everybody gave a type "
        "everywhere."
    )


class AgreementRead(Output):
    """How far participants agree on a number of items."""

    items: int = ApiField(description="How many items there are.", examples=[12])
    relationship_type: TypeAgreementRead = ApiField(
        description="On the type, where one was given; no type counts as missing."
    )
    relationship_type_or_none: TypeAgreementRead = ApiField(
        description="The same, with no type as a choice of its own."
    )
    problem: AnswerAgreementRead = ApiField(description="On the first answer.")
    help_request: AnswerAgreementRead = ApiField(description="On the second answer.")
    share_in_solution: AnswerAgreementRead = ApiField(description="On the third answer.")


class KeyRead(Output):
    """What experts make of an item: a key to talk about, no measured truth."""

    answers: AnswersRead = ApiField(description="The three answers.")
    relationship_type: RelationshipType | None = ApiField(
        description="The type, if any.", examples=["customer"]
    )
    clarity: Clarity = ApiField(description="How sure it is.", examples=["clear"])
    note: str = ApiField(
        description="What decides: what was said or seen, and what it comes to.",
        examples=["Ze vraagt met welke tekens ze kan beginnen."],
    )
    why: str = ApiField(description="What the rules say of these answers.", examples=["Er is een vraag."])


class ItemAgreementRead(Output):
    """What participants made of one item; the key last."""

    vignette: str = STORY
    assessment: int = NUMBER
    title: str = ApiField(description="What the story is called.", examples=["Zorg dat hij stopt"])
    participant: str = ApiField(description="Who in the story.", examples=["de moeder"])
    concern: str = ApiField(description="About what.", examples=["blowen"])
    answered: int = ApiField(description="How many participants have answered it.", examples=[7])
    spread: float | None = ApiField(
        description="Which part of the pairs differs, the mean over type and answers; null with fewer than "
        "two answers.",
        examples=[0.25],
    )
    percent: FigureRead = ApiField(
        description="Which part of the pairs chose the same type, no type included."
    )
    relationship_type: dict[RelationshipType, int] = ApiField(
        description="How many chose each type.",
        examples=[{"visitor": 4, "complainant": 2, "customer": 0}],
    )
    no_type: int = ApiField(description="How many said that no type can be given.", examples=[1])
    problem: dict[Answer, int] = ApiField(
        description="How many gave each first answer.",
        examples=[{"yes": 4, "maybe": 1, "no": 1, "unknown": 1}],
    )
    help_request: dict[Answer, int] = ApiField(
        description="How many gave each second answer.",
        examples=[{"yes": 4, "maybe": 1, "no": 1, "unknown": 1}],
    )
    share_in_solution: dict[Answer, int] = ApiField(
        description="How many gave each third answer.",
        examples=[{"yes": 4, "maybe": 1, "no": 1, "unknown": 1}],
    )
    key: KeyRead | None = ApiField(description="What experts make of it; null while people answer.")


class ItemGroupRead(AgreementRead):
    """Items of one kind together, and each of them."""

    each: list[ItemAgreementRead] = ApiField(description="The largest spread first.")


class TrainingAgreementRead(Output):
    """How far the participants of a training agree."""

    code: str = CODE
    state: SessionState = STATE
    participants: int = ApiField(description="How many people joined.", examples=[12])
    all: AgreementRead = ApiField(description="Over all items together.")
    scored: ItemGroupRead = ApiField(description="Over the items with an expert key.")
    discussion: ItemGroupRead = ApiField(description="Over the items about which experts may differ.")
