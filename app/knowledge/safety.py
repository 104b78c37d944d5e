"""Which entries of the approach speak of safety, and so cannot be hidden."""

import re
from collections.abc import Iterable
from pathlib import Path

from app.domain.approach import Entry
from app.domain.ruleset import Ruleset
from app.domain.texts import Language
from app.knowledge.reader import read


def load_kept(root: Path, rulesets: Iterable[Ruleset]) -> frozenset[str]:
    """Return the ids of the entries that stay in sight, of all versions of the rules.

    Raises `KnowledgeError` for an id that no version has.
    """
    file = read(root / "safety.toml", root)
    entries = [entry for ruleset in rulesets for entry in ruleset.entries]
    ids = {entry.id for entry in entries}
    words = file.strings("words")
    kept = {entry.id for entry in entries if speaks_of(words, entry)}
    for record in file.records("kept"):
        entry_id = record.string("id")
        if entry_id not in ids:
            raise record.fail("there is no such entry")
        record.both_languages()  # the reason, for who reads the file
        record.end()
        kept.add(entry_id)
    file.end()
    return frozenset(kept)


def speaks_of(words: Iterable[str], entry: Entry) -> bool:
    """Tell whether a word of an entry, in either language, begins like one of these."""
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, words))})", re.IGNORECASE)
    return any(pattern.search(entry.text[language]) for language in Language)
