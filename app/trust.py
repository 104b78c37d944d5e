"""The trust folder: what has to be kept outside the database, so that the database can be checked by it.

It holds signed checkpoints of the ledger and the list of erasures that a restore has to repeat. Keep a
copy elsewhere: whoever can change the database must not be able to change this too.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CHECKPOINTS = "checkpoints.jsonl"
ERASURES = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class TrustFolder:
    """A folder with files that only grow, one JSON object a line."""

    folder: Path

    def append(self, name: str, lines: Iterable[str]) -> None:
        """Add lines at the end of a file, all at once; they are on the disk when this returns."""
        text = "".join(f"{line}\n" for line in lines)
        if not text:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.folder / name, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # A line that was cut off when the power failed does not take the next one with it.
            size = os.fstat(file).st_size
            if size and os.pread(file, 1, size - 1) != b"\n":
                text = f"\n{text}"
            os.write(file, text.encode())
            os.fsync(file)
        finally:
            os.close(file)

    def lines(self, name: str) -> Iterator[str]:
        """Yield the lines of a file; none when there is no file. What is no text spoils its line only."""
        path = self.folder / name
        if path.exists():
            with path.open(encoding="utf-8", errors="backslashreplace") as file:
                yield from (line.rstrip("\n") for line in file)
