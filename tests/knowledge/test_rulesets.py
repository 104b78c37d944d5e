import hashlib
import shutil
from pathlib import Path

import pytest

from app.domain.answers import ALL_ANSWERS, Answer, Question
from app.domain.approach import TaskKind
from app.domain.classification import Clarity, RelationshipType
from app.knowledge import FOLDER, KnowledgeError, load_knowledge
from app.knowledge.rulesets import FILES, content_hash, load_rulesets
from tests.knowledge.support import complaint, drop, edit

RELEASED = "rulesets/released.toml"
OLD = "rulesets/2026.1"
SCHEMA, APPROACHES, COMPOSITION = (f"{OLD}/{name}" for name in FILES)


def _copy_version(root: Path, version: str) -> Path:
    """Do what somebody does who changes the rules: copy the newest folder, and raise the version."""
    new = shutil.copytree(root / OLD, root / "rulesets" / version)
    edit(new / "schema.toml", "", 'version = "2026.1"', f'version = "{version}"')
    return new


def _release(root: Path, version: str) -> None:
    """Say of a version that it is right, and will not change any more."""
    with (root / RELEASED).open("a", encoding="utf-8") as file:
        file.write(f'"{version}" = "{content_hash(root / "rulesets" / version)}"\n')


# ---------------------------------------------------------------- what is really there


def test_load_knowledge_accepts_an_untouched_copy(root: Path) -> None:
    copy, original = load_knowledge(root), load_knowledge()
    assert {version: one.hash for version, one in copy.rulesets.items()} == {
        version: one.hash for version, one in original.rulesets.items()
    }
    assert (copy.current.table, copy.current.entries) == (original.current.table, original.current.entries)


def test_load_rulesets_gives_complete_tables() -> None:
    for version, ruleset in load_knowledge().rulesets.items():
        assert ruleset.version == version
        assert {answers for answers in ALL_ANSWERS if not answers.unknown} == set(ruleset.rules)
        assert set(ruleset.table) == set(ALL_ANSWERS)
        assert list(ruleset.questions) == list(Question)
        assert list(ruleset.answer_labels) == list(Answer)
        assert list(ruleset.types) == list(RelationshipType)
        assert list(ruleset.clarities) == list(Clarity)
        assert [kind.id for kind in ruleset.task_kinds] == list(TaskKind)
        assert {choice.law for choice in ruleset.law_choices} <= set(ruleset.laws)


def test_load_rulesets_has_released_what_is_there() -> None:
    released = (FOLDER / RELEASED).read_text(encoding="utf-8")
    for version, ruleset in load_knowledge().rulesets.items():
        assert f'"{version}" = "{ruleset.hash}"' in released


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        # A word in a text, in any of the files.
        (SCHEMA, "Nothing is presented", "Nothing was presented"),
        (APPROACHES, "Be a good host", "Be a very good host"),
        (COMPOSITION, "Still possible", "Possible"),
        # Another order of entries is another content too.
        (APPROACHES, 'sources = ["BAN", "FLO"]', 'sources = ["FLO", "BAN"]'),
    ],
)
def test_load_rulesets_refuses_a_changed_released_version(root: Path, file: str, old: str, new: str) -> None:
    edit(root / file, "", old, new)
    assert complaint(root) == (
        "rulesets/2026.1: this version was released and may not change any more. "
        "Undo the change, or copy the folder to a new version and change that one."
    )


def test_load_rulesets_does_not_mind_other_comments_and_lay_out(root: Path) -> None:
    for file in (SCHEMA, APPROACHES, COMPOSITION):
        text = (root / file).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        (root / file).write_text("# Anders / Other\n\n\n" + "\n\n".join(lines) + "\n", encoding="utf-8")
    assert load_knowledge(root).current.hash == load_knowledge().current.hash


def test_load_rulesets_takes_a_changed_copy_as_the_current_version(root: Path) -> None:
    new = _copy_version(root, "2026.2")
    edit(new / "schema.toml", 'id = "nnn"', "Nothing is presented", "Nothing at all is presented")
    _release(root, "2026.2")
    knowledge = load_knowledge(root)
    assert list(knowledge.rulesets) == ["2026.1", "2026.2"]
    assert knowledge.current is knowledge.rulesets["2026.2"]
    assert knowledge.rulesets["2026.1"].hash == load_knowledge().current.hash != knowledge.current.hash
    no = next(answers for answers in ALL_ANSWERS if answers.code == "nnn")
    whys = {version: ruleset.rules[no].why.en for version, ruleset in knowledge.rulesets.items()}
    words = "presented as a problem, nothing is asked and no own part is seen."
    assert whys == {"2026.1": f"Nothing is {words}", "2026.2": f"Nothing at all is {words}"}


def test_load_rulesets_counts_versions_and_does_not_spell_them(root: Path) -> None:
    for version in ("2026.10", "2026.9", "2027.1"):
        _copy_version(root, version)
        _release(root, version)
    assert list(load_knowledge(root).rulesets) == ["2026.1", "2026.9", "2026.10", "2027.1"]


def test_load_rulesets_refuses_a_version_that_was_not_released(root: Path) -> None:
    new = _copy_version(root, "2026.2")
    assert complaint(root) == (
        "rulesets/2026.2: this version is not released. Once it is right, add to "
        f'rulesets/released.toml: "2026.2" = "{content_hash(new)}"'
    )


def test_load_rulesets_refuses_a_copy_that_was_not_renamed_inside(root: Path) -> None:
    shutil.copytree(root / OLD, root / "rulesets" / "2026.2")
    assert complaint(root) == "rulesets/2026.2/schema.toml: version 2026.1 stands in the folder 2026.2"


def test_load_rulesets_misses_a_released_version(root: Path) -> None:
    _copy_version(root, "2026.2")
    shutil.rmtree(root / OLD)
    assert complaint(root) == "rulesets: released but not there: 2026.1"


def test_load_rulesets_needs_a_version(root: Path) -> None:
    shutil.rmtree(root / OLD)
    (root / RELEASED).write_text("[released]\n", encoding="utf-8")
    assert complaint(root) == "rulesets: there is no version"


def test_load_rulesets_checks_against_the_sources_it_is_given() -> None:
    with pytest.raises(KnowledgeError, match="rule 'nnn': unknown source: BAN, NWB, TRI"):
        load_rulesets(FOLDER, frozenset())


def test_content_hash_is_of_all_three_files(root: Path) -> None:
    folder = root / OLD
    before = content_hash(folder)
    assert len(before) == hashlib.sha256().digest_size * 2
    hashes = {before}
    for name in FILES:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write("\n[more]\nx = 1\n")
        hashes.add(content_hash(folder))
    assert len(hashes) == 1 + len(FILES)


# ---------------------------------------------------------------- whole files


@pytest.mark.parametrize("file", [SCHEMA, APPROACHES, COMPOSITION, RELEASED])
@pytest.mark.parametrize("content", [None, b"this is no TOML", b'name = "\xe9"\n'])
def test_load_rulesets_names_a_file_that_cannot_be_read(root: Path, file: str, content: bytes | None) -> None:
    (root / file).unlink()
    if content is not None:
        (root / file).write_bytes(content)
    assert complaint(root).startswith(f"{file}: cannot be read: ")


@pytest.mark.parametrize(
    ("file", "block", "missing"),
    [
        (SCHEMA, 'id = "nny"', "rule 'nny' is missing"),
        (SCHEMA, '[[question]]\nid = "help_request"', "question 'help_request' is missing"),
        (SCHEMA, '[[answer]]\nid = "maybe"', "answer 'maybe' is missing"),
        (SCHEMA, '[[type]]\nid = "customer"', "type 'customer' is missing"),
        (SCHEMA, '[[clarity]]\nid = "unclear"', "clarity 'unclear' is missing"),
        (APPROACHES, '[[task_kind]]\nid = "observation"', "task_kind 'observation' is missing"),
    ],
)
def test_load_rulesets_names_what_was_taken_out(root: Path, file: str, block: str, missing: str) -> None:
    drop(root / file, block)
    assert complaint(root) == f"{file}: {missing}"
