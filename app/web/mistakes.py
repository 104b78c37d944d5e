"""What is wrong with a form, at the field it is about: by the same models and words as the API."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.domain.errors import InvalidInput
from app.domain.texts import Language
from app.validation import invalid_input

M = TypeVar("M", bound=BaseModel)

FORM = "form"
"""The name under which stands what belongs to no field."""


def model_of(kind: type[M], values: Mapping[str, object]) -> M:
    """Return what was typed as the input of a use case. Raises `InvalidInput`, as the API would."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
        raise invalid_input(found) from None


def mistakes_in(error: InvalidInput, names: Mapping[str, str], language: Language) -> dict[str, str]:
    """Return the message of each field of a form that is wrong, in the order of `names`.

    `names` gives the field by the location the error speaks of, such as `#/answers/problem`. What it
    does not name stands under `FORM`, and comes first.
    """
    found: dict[str, str] = {}
    for one in error.errors:
        found.setdefault(names.get(one.location, FORM), one.detail[language])
    order = [FORM, *names.values()]
    return dict(sorted(found.items(), key=lambda one: order.index(one[0])))
