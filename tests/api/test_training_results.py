"""What a group made of the stories: agreement, items, key, and the answers without names."""

import csv
import io
from typing import Any

import pytest

from app.knowledge import Knowledge
from tests.api.test_training import problem
from tests.domain.support import VECTOR_4, VECTOR_5
from tests.support import Caller
from tests.training import STORIES, Training, begin

TYPES = {"0": "visitor", "1": "complainant", "2": "customer"}
ANSWERS = {"0": "nnn", "1": "mmm", "2": "yyy", ".": "uuu"}
TWELVE = ("vg01", "vg18", "vg14")
"""Stories to talk about with twelve items together."""


def fill(training: Training, *raters: str) -> None:
    """Let people answer as in a vector of the domain report: a dot is an answer that was not given."""
    items = training.items()
    for number, row in enumerate(raters):
        secret = training.join(f"rater {number}")
        for item, value in zip(items, row.split(), strict=False):
            if value != ".":
                assert training.answer(secret, item, ANSWERS[value], TYPES[value]).status_code == 201


def value(figure: dict[str, Any], expected: float) -> bool:
    assert figure["why_not"] is None
    return bool(figure["value"] == pytest.approx(expected, abs=0.00005))


def test_three_people_and_twelve_items_show_the_figures_of_vector_5(callers: dict[str, Caller]) -> None:
    training = begin(callers, *TWELVE)
    fill(training, *VECTOR_5)
    found = training.agreement().json()
    assert (found["participants"], found["state"], found["all"]["items"]) == (3, "open", 12)
    for group in (found["all"], found["discussion"]):
        kind = group["relationship_type"]
        assert value(kind["alpha"], 0.6571)
        assert (kind["alpha"]["items"], kind["alpha"]["strength"]) == (12, None)
        assert kind["alpha"]["low"] < 0.6571 < kind["alpha"]["high"]
        assert kind["kappa"] == {"value": None, "why_not": "not_complete"}
        # The answers go as the type does, and they have an order.
        assert all(
            value(group[name]["alpha"], 0.8235) for name in ("problem", "help_request", "share_in_solution")
        )
        assert group["problem"]["weighted_kappa"] == {"value": None, "why_not": "not_two_raters"}
    assert found["scored"]["items"] == 0
    assert found["scored"]["each"] == []
    assert found["scored"]["relationship_type"]["alpha"] == {
        "value": None,
        "why_not": "too_few_raters",
        "low": None,
        "high": None,
        "items": 0,
        "strength": None,
    }


def test_two_people_and_twelve_items_show_the_figures_of_vector_4(callers: dict[str, Caller]) -> None:
    training = begin(callers, *TWELVE)
    fill(training, *VECTOR_4)
    found = training.agreement().json()["all"]
    kind = found["relationship_type"]
    assert value(kind["percent"], 0.75)
    assert value(kind["kappa"], 0.625)
    assert value(kind["ac1"], 0.6260)
    assert value(kind["alpha"], 0.6387)
    assert value(found["problem"]["alpha"], 0.8041)
    assert value(found["problem"]["weighted_kappa"], 0.7097)


def test_the_same_data_shows_the_same_figures(callers: dict[str, Caller]) -> None:
    training = begin(callers, *TWELVE)
    fill(training, *VECTOR_5)
    assert training.agreement().json() == training.agreement().json()
    before = training.agreement().json()["all"]
    training.join("only looks on")
    assert training.agreement().json()["all"] == before


def test_what_is_not_defined_says_why(callers: dict[str, Caller]) -> None:
    training = begin(callers, "vg03")

    def kinds() -> dict[str, str | None]:
        found = training.agreement().json()["all"]["relationship_type"]
        return {name: found[name]["why_not"] for name in ("percent", "alpha", "ac1", "kappa")}

    nothing = dict.fromkeys(("percent", "alpha", "ac1", "kappa"), "too_few_raters")
    assert kinds() == nothing
    otter, fox = training.join("Otter"), training.join("Fox")
    training.answer(otter, ("vg03", 1), "nnn", "visitor")
    assert kinds() == nothing
    training.answer(fox, ("vg03", 1), "nnn", "visitor")
    assert kinds() == {"percent": None, "alpha": "one_item", "ac1": None, "kappa": "all_the_same"}
    for secret in (otter, fox):
        training.answer(secret, ("vg03", 2), "nnn", "visitor")
    assert kinds() == {"percent": None, "alpha": "all_the_same", "ac1": None, "kappa": "all_the_same"}
    assert training.agreement().json()["all"]["relationship_type"]["percent"]["value"] == 1


def test_no_type_and_unknown_count_as_missing_and_are_shown_apart(callers: dict[str, Caller]) -> None:
    training = begin(callers, "vg03")
    for nickname, code, kind in (("a", "yun", "visitor"), ("b", "yyn", None), ("c", "ynn", None)):
        training.answer(training.join(nickname), ("vg03", 1), code, kind)
    found = training.agreement().json()["scored"]
    (item,) = [one for one in found["each"] if one["assessment"] == 1]
    assert item["relationship_type"] == {"visitor": 1, "complainant": 0, "customer": 0}
    assert item["no_type"] == 2
    assert item["help_request"] == {"yes": 1, "maybe": 0, "no": 1, "unknown": 1}
    assert item["answered"] == 3
    # Visitor, none, none: of three pairs one chose the same.
    assert item["percent"]["value"] == pytest.approx(1 / 3)
    assert found["relationship_type"]["percent"]["why_not"] == "too_few_raters"
    assert found["relationship_type_or_none"]["percent"]["value"] == pytest.approx(1 / 3)
    # yes and no, and one who did not know: the one pair that is left differs.
    assert found["help_request"]["percent"]["value"] == 0
    # Type 2/3, first answer 0, second 1, third 0.
    assert item["spread"] == pytest.approx((2 / 3 + 0 + 1 + 0) / 4)


def test_the_item_with_the_largest_spread_comes_first(callers: dict[str, Caller]) -> None:
    training = begin(callers, "vg07", "vg18")
    items = training.items()
    for nickname, codes in (("a", ("yyn", "nnn", "yyy")), ("b", ("yyn", "yyy", "yyn"))):
        secret = training.join(nickname)
        for item, code in zip(items, codes, strict=False):
            training.answer(
                secret, item, code, {"yyn": "complainant", "nnn": "visitor"}.get(code, "customer")
            )
    found = training.agreement().json()
    each = [(one["assessment"], one["spread"]) for one in found["scored"]["each"]]
    assert each == [(2, 1.0), (4, 0.5), (1, 0.0)]
    assert [one["spread"] for one in found["discussion"]["each"]] == [None] * 3
    assert {one["vignette"] for one in found["discussion"]["each"]} == {"vg18"}


def test_results_are_the_trainers_until_they_are_shown_and_the_key_is_nobodys(
    callers: dict[str, Caller], knowledge: Knowledge
) -> None:
    training = begin(callers)
    training.answer(training.join("Otter"), ("vg03", 1), "nnn", "visitor")
    assert problem(training.agreement(training.guest)) == (409, "results-not-shown")
    assert all(one["key"] is None for one in _each(training.agreement().json()))
    assert problem(training.agreement(callers["anna"]))[0] == 403
    training.change("results_shown")
    shown = training.agreement(training.guest)
    assert shown.json() == training.agreement().json()
    (item,) = [one for one in _each(shown.json()) if (one["vignette"], one["assessment"]) == ("vg03", 1)]
    expert = knowledge.vignettes["vg03"].assessments[0]
    assert item["key"].pop("why")
    assert item["key"] == {
        "answers": {"problem": "no", "help_request": "no", "share_in_solution": "no"},
        "relationship_type": "visitor",
        "clarity": "clear",
        "note": expert.note.en,
    }
    # What was shown stays, also after the end.
    training.change("ended")
    assert training.agreement(training.guest).json()["state"] == "ended"


def test_who_ends_without_showing_sees_the_key_alone(callers: dict[str, Caller]) -> None:
    training = begin(callers)
    training.change("ended")
    assert problem(training.agreement(training.guest)) == (409, "results-not-shown")
    assert all(one["key"] for one in _each(training.agreement().json()))


def _each(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [*found["scored"]["each"], *found["discussion"]["each"]]


# ---------------------------------------------------------------- taking along


@pytest.fixture
def answered(callers: dict[str, Caller]) -> Training:
    training = begin(callers)
    for number, nickname in enumerate(("Otter", "Blue fox", "Heron")):
        secret = training.join(nickname)
        training.answer(secret, ("vg07", 1), "yyu", "complainant")
        if number:
            training.answer(secret, ("vg03", 2), "mmm", None)
    return training


def test_answers_are_taken_along_without_names(answered: Training) -> None:
    path = f"{answered.path}/answers"
    items = answered.trainer.get(path).json()["items"]
    assert len(items) == 5
    assert {item["participant"] for item in items} == {1, 2, 3}
    assert items == sorted(items, key=lambda one: (one["participant"], STORIES.index(one["vignette"])))
    assert {
        "vignette": "vg03",
        "assessment": 2,
        **dict.fromkeys(("problem", "help_request", "share_in_solution"), "maybe"),
        "relationship_type": None,
    } in [{name: item[name] for name in item if name != "participant"} for item in items]
    table = answered.trainer.get(f"{path}?format=csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.text, newline="")))
    assert rows == [{name: "" if one is None else str(one) for name, one in item.items()} for item in items]
    for text in (answered.trainer.get(path).text, table.text, answered.agreement().text):
        for said in ("otter", "fox", "heron", "wrt_"):
            assert said not in text.lower()


def test_numbers_do_not_follow_the_order_of_joining(callers: dict[str, Caller]) -> None:
    def orders() -> list[int]:
        training = begin(callers, "vg03")
        for number, code in enumerate(("nnn", "mmm", "yyy", "nmy")):
            training.answer(training.join(f"p{number}"), ("vg03", 1), code, None)
        items = training.trainer.get(f"{training.path}/answers").json()["items"]
        return [("no", "maybe", "yes").index(item["help_request"]) for item in items]

    # By chance all are in the order of joining once in 24 times; five times in a row never.
    assert any(orders() != [0, 1, 2, 1] for _ in range(5))


def test_an_export_is_the_trainers(answered: Training, callers: dict[str, Caller]) -> None:
    answered.change("results_shown")
    path = f"{answered.path}/answers"
    assert problem(answered.guest.get(path))[0] == 401
    assert problem(callers["sam"].get(path))[0] == 403
    assert answered.trainer.get(f"{path}?format=xml").status_code == 400


def test_an_export_is_stable_while_nobody_joins(answered: Training) -> None:
    one, other = (answered.trainer.get(f"{answered.path}/answers").json() for _ in range(2))
    assert one == other
