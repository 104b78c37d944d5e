"""What speaks of safety is known by a list and by its words, so that forgetting one does no harm."""

from pathlib import Path

import pytest

from app.domain.approach import Audience, Entry, EntryKind
from app.domain.texts import Text
from app.knowledge import FOLDER, Knowledge, KnowledgeError
from app.knowledge.reader import read
from app.knowledge.safety import load_kept, speaks_of

WORDS = read(FOLDER / "safety.toml", FOLDER).strings("words")


def entry(nl: str, en: str) -> Entry:
    return Entry("x-1", Audience.VISITOR, EntryKind.STANCE, Text(nl=nl, en=en), None, ())


@pytest.mark.parametrize(
    ("nl", "en"),
    [
        ("Veiligheid gaat voor.", "That goes first."),
        ("Is het thuis onveilig?", "How is it at home?"),
        ("Dat gaat voor.", "Look at signs of danger first."),
        ("Volg de meldcode.", "Follow the rules."),
    ],
)
def test_an_entry_that_speaks_of_safety_is_known_by_its_words(nl: str, en: str) -> None:
    assert speaks_of(WORDS, entry(nl, en))


def test_other_entries_are_not(knowledge: Knowledge) -> None:
    assert not speaks_of(WORDS, entry("Vraag wat er goed gaat.", "Ask what goes well."))
    assert "vis-st-04" in knowledge.kept
    assert len(knowledge.kept) < len(knowledge.current.entries) / 4


def test_every_entry_of_ours_that_speaks_of_safety_is_kept(knowledge: Knowledge) -> None:
    for ruleset in knowledge.rulesets.values():
        assert {one.id for one in ruleset.entries if speaks_of(WORDS, one)} <= knowledge.kept


def test_a_list_with_an_entry_that_is_not_there_is_refused(tmp_path: Path, knowledge: Knowledge) -> None:
    text = (FOLDER / "safety.toml").read_text(encoding="utf-8").replace("vis-st-04", "vis-st-99")
    (tmp_path / "safety.toml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match="vis-st-99"):
        load_kept(tmp_path, knowledge.rulesets.values())
