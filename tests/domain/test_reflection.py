"""When to look from the other side, and the friendly hint at an empty 'so'."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.domain.classification import RelationshipType
from app.domain.reflection import MONTH, is_time_for_perspective, needs_so_hint
from app.domain.thread import Perspective
from tests.domain.test_own_layer import START, course

C, K, P = RelationshipType.COMPLAINANT, RelationshipType.CUSTOMER, Perspective.PRACTITIONER


@pytest.mark.parametrize(
    "so",
    [
        None,
        "",
        "  \n",
        "Zo doen we dat altijd.",
        "Zo gaat het hier altijd",
        "zo doen wij het nu eenmaal altijd",
        "Ja, dat doen we altijd zo.",
        "Zo hebben we het altijd al gedaan.",
        "That is how we always do it.",
        "This is how we have always done it!",
        "We've always done it this way",
        "It is the way we always do this.",
    ],
)
def test_an_empty_or_worn_out_so_gets_a_hint(so: str | None) -> None:
    assert needs_so_hint(so)


@pytest.mark.parametrize(
    "so",
    [
        "Ik vraag haar volgende keer wat ze zelf al probeerde.",
        "We stoppen met het plan en vragen altijd eerst hoe het gaat.",
        "Zo gaan we het doen: eerst luisteren.",
        "We always started with the form; next time we start with her question.",
    ],
)
def test_a_so_that_changes_something_gets_none(so: str) -> None:
    assert not needs_so_hint(so)


def test_the_other_side_is_asked_for_at_most_once_a_month_in_a_thread() -> None:
    judged = course(*[(C, P)] * 45)  # one a day
    asked = [one.number for one in judged if is_time_for_perspective(judged, one.id)]
    assert asked == [1]
    sparse = [one for one in judged if one.number in {1, 2, 32, 44}]
    times = [one.recorded_at for one in sparse if is_time_for_perspective(sparse, one.id)]
    assert times == [START + timedelta(days=1), START + timedelta(days=32)]
    assert times[1] - times[0] >= MONTH


def test_only_a_complainant_relationship_in_force_asks_for_it() -> None:
    judged = course((K, P), (C, P), (None, P))
    assert [is_time_for_perspective(judged, one.id) for one in judged] == [False, True, False]
    assert not is_time_for_perspective(judged, UUID(int=99))
