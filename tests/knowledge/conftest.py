import shutil
from pathlib import Path

import pytest

from app.knowledge import FOLDER


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the knowledge files that a test may break."""
    # copyfile: the copies are writable, whatever the originals are.
    return shutil.copytree(
        FOLDER,
        tmp_path / "knowledge",
        ignore=shutil.ignore_patterns("*.py", "__pycache__"),
        copy_function=shutil.copyfile,
    )
