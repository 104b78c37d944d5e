"""The courses of the demonstration: a mistake in them is said by its place."""

from pathlib import Path

import pytest

from app.knowledge import FOLDER, Knowledge, KnowledgeError
from app.knowledge.demonstration import load_courses

TEXT = (FOLDER / "demonstration.toml").read_text(encoding="utf-8")


def test_they_show_tasks_and_second_opinions(knowledge: Knowledge) -> None:
    contacts = [contact for course in knowledge.courses for contact in course.contacts]
    assert any(one.task_given for one in contacts)
    opinions = [one.opinion for one in contacts if one.opinion]
    assert {opinion.answers is None for opinion in opinions} == {True, False}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("days_ago = 42", "days_ago = 70", "course 'voorbeeld-school': 'days_ago' goes down"),
        ("days_ago = 3\n", "days_ago = 1\n", "course 'voorbeeld-kijk-mee': 'days_ago' goes down"),
        ("days_ago = 42", "days_ago = 63", "assessment '63' is there twice"),
        ('task_given = "observation"', 'task_given = "homework"', "'task_given' has to be one of"),
        ('problem = "maybe"', 'problem = "perhaps"', "'problem' has to be one of"),
        ('"voorbeeld-geld"', '"voorbeeld-school"', "course 'voorbeeld-school' is there twice"),
        ('concern = "hulp in huis"', "", "'concern' is missing"),
        ('concern = "hulp in huis"', 'concern = "hulp"\nteam = "x"', "unknown: team"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    (tmp_path / "demonstration.toml").write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_courses(tmp_path)
    assert said in str(caught.value)
