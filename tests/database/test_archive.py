"""The file of a backup: it comes back as it was written, or is refused with a sentence."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.database.backups.archive import manifest_of, mark, pack, unpack
from app.database.backups.manifest import BackupRefused, Contents, Head, Manifest, members

CONTENTS = Contents(schema_revision="0002", rows={"case": 2}, ledgers={"a": Head(seq=1, hash="0" * 64)})
MEMBERS = {
    "werkrelatie.db": b"not a database" * 100,
    "checkpoints.jsonl": b"{}\n",
    "signing.pub": b"",
    "erasures.jsonl": b"",
}


def ignore(_done: int, _total: int) -> None:
    """Show nothing."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "members"
    made.mkdir()
    for name, content in MEMBERS.items():
        (made / name).write_bytes(content)
    return made


@pytest.fixture
def manifest(folder: Path) -> Manifest:
    return Manifest(
        made_at="2026-11-21T10:00:00+00:00",
        program="0.1.0",
        engine="embedded",
        contents=CONTENTS,
        files={name: mark(folder / name) for name in members("embedded")},
    )


@pytest.fixture
def archive(tmp_path: Path, folder: Path, manifest: Manifest) -> Path:
    path = tmp_path / "b.werkrelatie"
    pack(folder, manifest, path)
    return path


def refusal(path: Path, into: Path | None = None) -> str:
    """Return why a backup is refused."""
    with pytest.raises(BackupRefused) as refused:
        unpack(path, into, ignore)
    return str(refused.value)


def test_it_comes_back_as_it_was_written(archive: Path, manifest: Manifest, tmp_path: Path) -> None:
    told: list[int] = []
    assert manifest_of(archive) == manifest
    out = tmp_path / "out"
    out.mkdir()
    assert unpack(archive, out, lambda done, _: told.append(done)) == manifest
    assert {path.name: path.read_bytes() for path in out.iterdir()} == MEMBERS
    assert told == sorted(told)
    assert told
    assert {path.stat().st_mode & 0o777 for path in (archive, *out.iterdir())} == {0o600}


def test_ordinary_tools_can_read_it(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        assert tar.getnames() == ["manifest.json", "manifest.sha256", *MEMBERS]
        text, line = (tar.extractfile(name) or io.BytesIO() for name in tar.getnames()[:2])
        assert line.read().decode() == f"{hashlib.sha256(text.read()).hexdigest()}  manifest.json\n"


def test_a_flipped_byte_is_noticed_wherever_it_is(archive: Path) -> None:
    whole = archive.read_bytes()
    # Every byte takes half a minute; this meets every field of the headers, contents, padding and end.
    for position in (*range(0, 512, 3), *range(512, len(whole), 17)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        archive.write_bytes(damaged)
        with pytest.raises(BackupRefused):
            unpack(archive, None, ignore)


def test_every_truncation_is_noticed(archive: Path) -> None:
    whole = archive.read_bytes()
    for length in (*range(0, len(whole), 97), len(whole) - 1):
        archive.write_bytes(whole[:length])
        assert "damaged, or is no backup" in refusal(archive)


def test_something_behind_the_end_is_noticed(archive: Path) -> None:
    for more in (b"\0", b"x", bytes(tarfile.RECORDSIZE)):
        whole = archive.read_bytes()
        archive.write_bytes(whole + more)
        assert "does not end where it should" in refusal(archive)
        archive.write_bytes(whole)


Change = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]


def swap_contents(found: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    (one, first), (other, second) = found[2:4]
    one.size, other.size = len(second), len(first)
    found[2:4] = [(one, second), (other, first)]


def swap_order(found: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    found[2:4] = found[3:1:-1]


def add_a_path(found: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    found.insert(2, (tarfile.TarInfo("../../escaped"), b""))


def rename_to_a_path(found: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    found[2][0].name = "../werkrelatie.db"


def make_absolute(found: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    found[2][0].name = "/tmp/werkrelatie.db"  # noqa: S108 - never written


def make_a_symlink(found: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    link, _ = found[2]
    link.type, link.linkname, link.size = tarfile.SYMTYPE, "/etc/passwd", 0
    found[2] = (link, b"")


def make_a_hard_link(found: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    link, _ = found[2]
    link.type, link.linkname, link.size = tarfile.LNKTYPE, "manifest.json", 0
    found[2] = (link, b"")


def leave_one_out(found: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    del found[4]


def have_one_twice(found: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    found.append(found[2])


@pytest.mark.parametrize(
    "change",
    [
        swap_contents,
        swap_order,
        add_a_path,
        rename_to_a_path,
        make_absolute,
        make_a_symlink,
        make_a_hard_link,
        leave_one_out,
        have_one_twice,
    ],
)
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_file_put_together_by_somebody_else_is_refused(
    archive: Path, tmp_path: Path, change: Change, form: int
) -> None:
    with tarfile.open(archive) as tar:
        found = [(member, (tar.extractfile(member) or io.BytesIO()).read()) for member in tar]
    change(found)
    with tarfile.open(archive, "w", format=form) as tar:
        for member, content in found:
            tar.addfile(member, io.BytesIO(content))
    out = tmp_path / "a" / "b"
    out.mkdir(parents=True)
    before = {*tmp_path.rglob("*")}
    assert "damaged, or is no backup" in refusal(archive, out)
    # What was fine until then may be there: in the folder, under its own name.
    assert {path.name for path in {*tmp_path.rglob("*")} - before} <= {*MEMBERS}
    assert all(path.parent == out for path in {*tmp_path.rglob("*")} - before)


def with_manifest(archive: Path, folder: Path, document: Any) -> None:
    """Write a backup whose manifest says something else, and is not damaged."""

    class Said(Manifest):
        def as_text(self) -> str:
            return document if isinstance(document, str) else json.dumps(document)

    genuine = manifest_of(archive)
    archive.unlink()
    pack(folder, Said.model_construct(**dict(genuine)), archive)


def test_another_format_is_refused_by_number(archive: Path, folder: Path, manifest: Manifest) -> None:
    with_manifest(archive, folder, manifest.model_dump() | {"format": 2, "more": "of later"})
    assert refusal(archive).startswith("This backup has format 2, and this program reads format 1.")


@pytest.mark.parametrize(
    "change",
    [
        {"format": "1"},
        {"format": None},
        {"engine": "other"},
        {"made_at": "yesterday"},
        {"made_at": "2026-11-21T10:00:00"},
        {"files": {}},
        {"contents": {}},
        {"unknown": 1},
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(
    archive: Path, folder: Path, manifest: Manifest, change: dict[str, Any]
) -> None:
    with_manifest(archive, folder, manifest.model_dump() | change)
    assert "its manifest makes no sense" in refusal(archive)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "x"])
def test_a_manifest_that_is_none_is_refused(archive: Path, folder: Path, text: str) -> None:
    with_manifest(archive, folder, text)
    assert "its manifest makes no sense" in refusal(archive)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none").startswith("There is no backup")
    assert refusal(tmp_path).startswith("There is no backup")
