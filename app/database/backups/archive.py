"""The one file of a backup: a tar that is exactly as this module writes it, or is refused.

Nothing is extracted by a name that stands in the file. Each header is compared, byte for byte, with
the one that belongs there, so that there is no room for another path, a link or a second member.
"""

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.database.backups.manifest import BackupRefused, FileMark, Manifest, members, read_manifest

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""

MANIFEST = "manifest.json"
MANIFEST_SUM = "manifest.sha256"

_CHUNK = 1 << 20
_LARGEST_MANIFEST = 16 << 20
_BLOCK = tarfile.BLOCKSIZE


class _Damaged(Exception):
    """The file is not as it was written; the message says what is wrong."""


def mark(path: Path) -> FileMark:
    """Return by what a file is known."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return FileMark(size=path.stat().st_size, sha256=digest.hexdigest())


# ---------------------------------------------------------------- writing


def pack(folder: Path, manifest: Manifest, target: Path) -> None:
    """Write a manifest and its files into one new file, and wait until it is on the disk."""
    text = manifest.as_text().encode()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as tar:
        _add(tar, MANIFEST, text)
        _add(tar, MANIFEST_SUM, _sum_line(text))
        for name in members(manifest.engine):
            size = manifest.files[name].size
            tar.write(_header(name, size))
            with (folder / name).open("rb") as file:
                while chunk := file.read(_CHUNK):
                    tar.write(chunk)
            tar.write(bytes(-size % _BLOCK))
        tar.write(bytes(_end(tar.tell()) - tar.tell()))
        tar.flush()
        os.fsync(tar.fileno())


def _add(tar: IO[bytes], name: str, content: bytes) -> None:
    tar.write(_header(name, len(content)) + content + bytes(-len(content) % _BLOCK))


def _header(name: str, size: int) -> bytes:
    """Return the one header that a member of this name and size can have."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member.tobuf(tarfile.GNU_FORMAT)


def _sum_line(text: bytes) -> bytes:
    # As `sha256sum --check` reads it.
    return f"{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n".encode()


def _end(position: int) -> int:
    """Return how long a tar is whose last member ends here: two empty blocks, and a whole record."""
    least = position + 2 * _BLOCK
    return least + -least % tarfile.RECORDSIZE


# ---------------------------------------------------------------- reading


def manifest_of(path: Path) -> Manifest:
    """Return what a backup says of itself. Raises `BackupRefused` when it is none."""
    with _sound(path) as tar:
        return _manifest(tar)


def unpack(path: Path, folder: Path | None, progress: Progress) -> Manifest:
    """Read all of a backup, compare it with its manifest, and put its files into a folder.

    Without a folder it is only compared. Raises `BackupRefused` when anything is not as it was
    written; then some of the files may be there.
    """
    with _sound(path) as tar:
        total = path.stat().st_size
        manifest = _manifest(tar)
        for name in members(manifest.engine):
            if _size_of(tar, name) != manifest.files[name].size:
                raise _Damaged(f"{name} has another size than the manifest says")
            target = Path(os.devnull) if folder is None else folder / name
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                digest = _copy(tar, file, manifest.files[name].size, lambda: progress(tar.tell(), total))
            if digest != manifest.files[name].sha256:
                raise _Damaged(f"{name} is not what the manifest says")
        if total != _end(tar.tell()) or any(tar.read(tarfile.RECORDSIZE + _BLOCK * 2)):
            raise _Damaged("it does not end where it should")
    return manifest


def _manifest(tar: IO[bytes]) -> Manifest:
    size = _size_of(tar, MANIFEST)
    if size > _LARGEST_MANIFEST:
        raise _Damaged("its manifest is too large")
    text = _padded(tar, size)
    line = _sum_line(text)
    if _size_of(tar, MANIFEST_SUM) != len(line) or _padded(tar, len(line)) != line:
        raise _Damaged("its manifest was changed")
    try:
        return read_manifest(text)
    except (ValueError, RecursionError) as error:
        raise _Damaged("its manifest makes no sense") from error


def _size_of(tar: IO[bytes], name: str) -> int:
    """Read the header that has to be here, and return the size it gives."""
    block = tar.read(_BLOCK)
    try:
        size = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape").size
    except (tarfile.TarError, ValueError) as error:
        raise _Damaged(f"{name} is not where it should be") from error
    if size < 0 or block != _header(name, size):
        raise _Damaged(f"{name} is not where it should be")
    return size


def _padded(tar: IO[bytes], size: int) -> bytes:
    content, padding = tar.read(size), tar.read(-size % _BLOCK)
    if len(content) != size or len(padding) != -size % _BLOCK or any(padding):
        raise _Damaged("it is cut off or was changed")
    return content


def _copy(tar: IO[bytes], target: IO[bytes], size: int, moved: Callable[[], None]) -> str:
    """Copy the content of a member, and return its SHA-256."""
    digest, left = hashlib.sha256(), size
    while left:
        chunk = tar.read(min(left, _CHUNK))
        if not chunk:
            raise _Damaged("it is cut off")
        digest.update(chunk)
        target.write(chunk)
        left -= len(chunk)
        moved()
    padding = tar.read(-size % _BLOCK)
    if len(padding) != -size % _BLOCK or any(padding):
        raise _Damaged("it is cut off or was changed")
    return digest.hexdigest()


@contextmanager
def _sound(path: Path) -> Iterator[IO[bytes]]:
    if not path.is_file():
        raise BackupRefused(f"There is no backup {path}.")
    try:
        with path.open("rb") as tar:
            yield tar
    except _Damaged as error:
        raise BackupRefused(
            f"{path} is damaged, or is no backup of Werkrelatie: {error}. Use another copy or another backup."
        ) from error
