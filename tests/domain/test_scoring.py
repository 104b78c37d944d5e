"""Own judgement beside the key."""

import pytest

from app.domain.answers import ALL_ANSWERS, Question
from app.domain.classification import RelationshipType
from app.domain.scoring import Judged, Score, compare, score
from app.knowledge import load_knowledge

RULESET = load_knowledge().current
BY_CODE = {answers.code: answers for answers in ALL_ANSWERS}
VISITOR, COMPLAINANT, CUSTOMER = RelationshipType


@pytest.mark.parametrize(
    ("own", "kind", "key", "expected"),
    [
        ("yyn", COMPLAINANT, "yyn", (3, 1, False)),
        ("yyn", CUSTOMER, "yyn", (3, 0, True)),
        ("nnn", VISITOR, "yyn", (1, 0, False)),
        # Leaning: another type that can be defended is half right.
        ("yyy", CUSTOMER, "yym", (2, 0.5, True)),
        ("yym", VISITOR, "yym", (3, 0, False)),
        # Without a type in the key, not giving one is right; customer is overcalled.
        ("mmm", None, "mmm", (3, 1, False)),
        ("mmm", VISITOR, "mmm", (3, 0, False)),
        ("mmm", CUSTOMER, "mmm", (3, 0, True)),
        # Not everything was asked: that there is not enough to go by is right, with a likely type or without.
        ("unu", None, "unu", (3, 1, False)),
        ("unu", VISITOR, "unu", (3, 0, False)),
        ("nnu", None, "nnu", (3, 1, False)),
        ("nnu", VISITOR, "nnu", (3, 1, False)),
        ("nnu", CUSTOMER, "nnu", (3, 0, True)),
        ("yyy", None, "yyy", (3, 0, False)),
        ("yyy", CUSTOMER, "yyy", (3, 1, False)),
    ],
)
def test_compare(
    own: str, kind: RelationshipType | None, key: str, expected: tuple[int, float, bool]
) -> None:
    found = compare(Judged(BY_CODE[own], kind), RULESET.classify(BY_CODE[key]))
    assert found.same_answers == tuple(q for q in Question if BY_CODE[own][q] is BY_CODE[key][q])
    assert (len(found.same_answers), found.type_points, found.overcalled) == expected


def test_score_adds_up_answers_and_types_apart() -> None:
    key = RULESET.classify(BY_CODE["yym"])
    judged = [Judged(BY_CODE["yym"], COMPLAINANT), Judged(BY_CODE["nnm"], CUSTOMER)]
    assert score(compare(one, key) for one in judged) == Score(4, 6, 1.5, 2)
    assert score([]) == Score(0, 0, 0, 0)
