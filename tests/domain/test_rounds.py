"""A round alone: the code in an address, what is counted, and the same again after weeks."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answers import ALL_ANSWERS, Answers, Question
from app.domain.classification import RelationshipType
from app.domain.rounds import Reading, compare_rounds, pick, read, score_round, written
from app.domain.scoring import Judged
from app.knowledge import load_knowledge

RULESET = load_knowledge().current
BY_CODE = {answers.code: answers for answers in ALL_ANSWERS}
VISITOR, COMPLAINANT, CUSTOMER = RelationshipType

JUDGED = st.builds(Judged, st.sampled_from(ALL_ANSWERS), st.sampled_from([*RelationshipType, None]))
ROUNDS = st.lists(JUDGED, max_size=30)


def judged(code: str, kind: RelationshipType | None) -> Judged:
    return Judged(BY_CODE[code], kind)


# ---------------------------------------------------------------- the code


def test_a_code_is_short_and_says_nothing_about_who_judged() -> None:
    assert written([judged("yyn", COMPLAINANT), judged("mnn", None)]) == "yyn1-mnnx"
    assert written([]) == ""


@given(ROUNDS)
def test_what_was_written_is_read_back(one: list[Judged]) -> None:
    assert read(written(one)) == Reading(tuple(one), whole=True)


@given(st.text(max_size=60) | st.text(alphabet="ymnu012x-", max_size=60))
def test_no_text_makes_reading_fail_and_none_is_taken_for_more_than_it_says(text: str) -> None:
    found = read(text)
    code = written(found.judged)
    assert text.startswith(code)
    assert found.whole == (code == text)


@given(ROUNDS.filter(len), st.data())
def test_of_a_code_that_lost_its_end_the_beginning_is_kept(one: list[Judged], data: st.DataObject) -> None:
    code = written(one)
    cut = data.draw(st.integers(0, len(code)))
    found = read(code[:cut])
    # Four signs each, and one between.
    assert found.judged == tuple(one[: (cut + 1) // 5])


# ---------------------------------------------------------------- which items


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.integers(0, 14), st.randoms(use_true_random=False))
def test_a_short_round_has_every_story_before_any_comes_twice(
    stories: list[str], count: int, chance: random.Random
) -> None:
    found = pick(stories, count, chance.shuffle)
    assert found == sorted(set(found))
    assert len(found) == min(count, len(stories))
    often = Counter(stories[place] for place in found)
    for story, there in Counter(stories).items():
        assert often[story] == there or often[story] >= max(often.values(), default=0) - 1


# ---------------------------------------------------------------- beside the key


def test_answers_and_types_are_counted_apart() -> None:
    found = score_round(
        (own, RULESET.classify(BY_CODE[key]))
        for own, key in [
            (judged("yyn", CUSTOMER), "yyn"),
            (judged("nnn", CUSTOMER), "yym"),
            (judged("mnn", VISITOR), "nnn"),
            (judged("unu", None), "unu"),
        ]
    )
    # Customer can be defended where complainant only leans; no type is right where not all was asked.
    assert (found.score.type_points, found.score.types) == (2.5, 4)
    assert dict(zip(Question, (2, 3, 3), strict=True)) == found.same
    assert found.score.same_answers == 8
    assert found.overcalled == 2
    assert {cell: times for cell, times in found.confusion.items() if times} == {
        (CUSTOMER, COMPLAINANT): 2,
        (VISITOR, VISITOR): 1,
        (None, None): 1,
    }
    assert len(found.confusion) == 16


@given(st.lists(st.tuples(JUDGED, st.sampled_from(ALL_ANSWERS)), max_size=20))
def test_every_judgement_stands_in_one_cell(pairs: list[tuple[Judged, Answers]]) -> None:
    keys = [(own, RULESET.table[key]) for own, key in pairs]
    found = score_round(keys)
    assert sum(found.confusion.values()) == found.score.types == len(pairs)
    assert sum(found.same.values()) == found.score.same_answers <= found.score.answers
    # Overcalling is what stands in the row of customer, outside its own column.
    row = sum(times for (own, _key), times in found.confusion.items() if own is CUSTOMER)
    assert found.overcalled == row - found.confusion[CUSTOMER, CUSTOMER]
    diagonal = sum(times for (own, key), times in found.confusion.items() if own is key)
    assert found.score.type_points >= diagonal


@given(st.lists(st.sampled_from(ALL_ANSWERS), max_size=20))
def test_who_gives_the_key_has_everything_and_overcalls_nothing(keys: list[Answers]) -> None:
    results = [RULESET.table[key] for key in keys]
    found = score_round((Judged(one.answers, one.relationship_type), one) for one in results)
    assert found.score.type_points == len(keys)
    assert found.score.same_answers == 3 * len(keys)
    assert found.overcalled == 0


# ---------------------------------------------------------------- the same again


def test_a_round_again_says_what_is_the_same() -> None:
    found = compare_rounds(
        [judged("yyn", CUSTOMER), judged("mnn", VISITOR), judged("mmm", None)],
        [judged("yyn", COMPLAINANT), judged("nnn", VISITOR), judged("mmm", None)],
    )
    assert (found.same_answers, found.same_types) == (8, 2)
    assert dict(zip(Question, (2, 3, 3), strict=True)) == found.same
    assert [(len(one.same_answers), one.same_type) for one in found.items] == [
        (3, False),
        (2, True),
        (3, True),
    ]


@given(ROUNDS, st.data())
def test_comparing_rounds_has_no_direction(first: list[Judged], data: st.DataObject) -> None:
    second = data.draw(st.lists(JUDGED, min_size=len(first), max_size=len(first)))
    one, other = compare_rounds(first, second), compare_rounds(second, first)
    assert (one.same, one.same_types) == (other.same, other.same_types)
    alone = compare_rounds(first, first)
    assert (alone.same_answers, alone.same_types) == (3 * len(first), len(first))


def test_rounds_of_other_lengths_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="zip"):
        compare_rounds([judged("yyn", None)], [])
