"""How tests break a copy of the knowledge files, and hear what is said about it."""

from pathlib import Path

import pytest

from app.knowledge import KnowledgeError, load_knowledge


def edit(file: Path, entry: str, old: str, new: str) -> None:
    """Replace the first `old` behind `entry`, the beginning of a line (empty: of the file)."""
    text = file.read_text(encoding="utf-8")
    start = text.index(old, text.index(f"\n{entry}"))
    file.write_text(text[:start] + new + text[start + len(old) :], encoding="utf-8")


def drop(file: Path, entry: str) -> None:
    """Take out the block that `entry` is part of; blocks stand apart by an empty line."""
    blocks = file.read_text(encoding="utf-8").split("\n\n")
    (unwanted,) = [block for block in blocks if entry in block]
    file.write_text("\n\n".join(block for block in blocks if block is not unwanted), encoding="utf-8")


def complaint(root: Path) -> str:
    """What is said about the knowledge under `root` when the program starts."""
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(root)
    return str(caught.value)
