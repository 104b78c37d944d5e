"""An organisation's layer over the approach, and what followed an advice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.advice import NO_LAYER, Hiding, Layer, OwnApproach, OwnVersion, what_followed
from app.domain.answers import Answers
from app.domain.approach import BY_TYPE, EntryKind
from app.domain.classification import Clarity, RelationshipType
from app.domain.ruleset import Ruleset
from app.domain.texts import Text
from app.domain.thread import Direction, Judgement, Perspective, in_force

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
ids = st.sampled_from(["own-1", "own-2", "own-3"])
moments = st.integers(0, 9).map(lambda days: START + timedelta(days=days))
numbers = st.integers(1, 6)


def version(entry_id: str, number: int, active_from: datetime, *, retired: bool) -> OwnVersion:
    words = Text(nl=f"Versie {number}", en=f"Version {number}")
    return OwnVersion(entry_id, number, active_from, retired, EntryKind.STANCE, BY_TYPE[:2], words)


versions = st.builds(version, ids, numbers, moments, retired=st.booleans())
hidings = st.builds(Hiding, st.sampled_from(["com-st-01", "vis-st-01"]), numbers, moments, st.booleans())


@given(st.lists(versions), st.lists(hidings), st.lists(versions), st.lists(hidings), moments)
def test_what_begins_later_changes_nothing_before(
    own: list[OwnVersion],
    hidden: list[Hiding],
    later_own: list[OwnVersion],
    later_hidden: list[Hiding],
    moment: datetime,
) -> None:
    before = OwnApproach((*own,), (*hidden,)).at(moment)
    added = [one for one in later_own if one.active_from > moment]
    hid = [one for one in later_hidden if one.active_from > moment]
    assert OwnApproach((*own, *added), (*hidden, *hid)).at(moment) == before


def test_of_one_entry_the_last_version_that_had_begun_holds() -> None:
    approach = OwnApproach(
        (
            version("own-1", 1, START, retired=False),
            version("own-1", 2, START + timedelta(days=9), retired=False),
            version("own-1", 3, START + timedelta(days=2), retired=True),
            version("own-1", 4, START + timedelta(days=4), retired=False),
        ),
        (
            Hiding("com-st-01", 1, START + timedelta(days=1), hidden=True),
            Hiding("com-st-01", 2, START + timedelta(days=3), hidden=False),
        ),
    )
    holding = [approach.at(START + timedelta(days=day)) for day in (-1, 0, 1, 2, 3, 4, 10)]
    assert [layer.version_of("own-1") for layer in holding] == [None, 1, 1, None, None, 4, 4]
    assert [sorted(layer.hidden) for layer in holding] == [[], [], ["com-st-01"], ["com-st-01"], [], [], []]


def test_a_layer_adds_and_hides_and_leaves_the_rules_alone(ruleset: Ruleset) -> None:
    layer = Layer((version("own-1", 1, START, retired=False),), frozenset({"com-st-01"}))
    over = layer.over(ruleset)
    assert {one.id for one in ruleset.entries} - {one.id for one in over.entries} == {"com-st-01"}
    assert {one.id for one in over.entries} - {one.id for one in ruleset.entries} == {"own-1"}
    assert (over.version, over.hash, over.table) == (ruleset.version, ruleset.hash, ruleset.table)
    assert layer.over(ruleset) is over
    assert NO_LAYER.over(ruleset) is ruleset


# ---------------------------------------------------------------- what followed

V, C, K = RelationshipType.VISITOR, RelationshipType.COMPLAINANT, RelationshipType.CUSTOMER
P, S = Perspective.PRACTITIONER, Perspective.SUPERVISOR


def course(
    *types: tuple[RelationshipType | None, Perspective], corrects: dict[int, int] | None = None
) -> list[Judgement]:
    made = []
    for number, (kind, perspective) in enumerate(types, start=1):
        earlier = (corrects or {}).get(number)
        made.append(
            Judgement(
                id=UUID(int=number),
                number=number,
                assessed_at=START + timedelta(days=earlier or number),
                recorded_at=START + timedelta(days=number),
                recorded_by=UUID(int=99),
                conversation_id=UUID(int=number),
                perspective=perspective,
                answers=Answers("yes", "yes", "no"),  # type: ignore[arg-type]  # their text will do here
                relationship_type=kind,
                clarity=Clarity.CLEAR,
                ruleset_version="2026.1",
                supersedes=UUID(int=earlier) if earlier else None,
            )
        )
    return made


@pytest.mark.parametrize(
    ("judged", "after", "next_one", "direction"),
    [
        ([(V, P), (C, P)], 1, 2, Direction.FORWARD),
        ([(K, P), (C, P)], 1, 2, Direction.BACK),
        ([(C, P), (C, P)], 1, 2, Direction.SAME),
        ([(C, P), (None, P)], 1, 2, Direction.UNCLEAR),
        ([(V, P), (K, S), (C, P)], 1, 3, Direction.FORWARD),
        ([(V, P), (K, S), (C, P)], 2, None, None),
        ([(V, P), (C, P)], 2, None, None),
        ([(V, P)], 7, None, None),
    ],
)
def test_what_followed_is_the_next_of_the_same_perspective(
    judged: Sequence[tuple[RelationshipType | None, Perspective]],
    after: int,
    next_one: int | None,
    direction: Direction | None,
) -> None:
    found = what_followed(in_force(course(*judged)), UUID(int=after))
    assert (found and found.judgement.id.int) == next_one
    assert (found and found.step.direction) == direction


def test_a_correction_stands_in_the_place_of_what_it_corrects() -> None:
    judged = course((V, P), (K, P), (C, P), corrects={3: 1})
    found = what_followed(in_force(judged), UUID(int=3))
    assert found is not None
    assert (found.judgement.id.int, found.step.direction) == (2, Direction.FORWARD)
