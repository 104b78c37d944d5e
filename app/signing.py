"""The key that signs checkpoints, in the trust folder: `signing.key`, and `signing.pub` for who checks."""

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from nacl.signing import SigningKey

from app.database.engine import StartRefused
from app.trust import TrustFolder

KEY, PUBLIC_KEYS = "signing.key", "signing.pub"


def signing_key(trust: TrustFolder) -> SigningKey:
    """Return the key that signs; it is made when missing, and its public half is always beside it.

    A new key does not replace the old public one: that is needed for what it signed. Raises
    `StartRefused`.
    """
    path = trust.folder / KEY
    try:
        if not path.exists():
            _make(path)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise StartRefused(f"Others can read the key {path}. Make it yours alone: chmod 600 {path}")
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise StartRefused(
            f"The trust folder {trust.folder} cannot be used ({error.strerror}). "
            "Choose another one with WERKRELATIE_TRUST_DIR."
        ) from error
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise StartRefused(f"The key {path} has to be 64 hexadecimal digits.")
    key = SigningKey(bytes.fromhex(text))
    public = bytes(key.verify_key).hex()
    if public not in trust.lines(PUBLIC_KEYS):
        trust.append(PUBLIC_KEYS, [public])
    return key


def public_keys_beside(checkpoints: Path, trust: TrustFolder) -> Iterator[str]:
    """Return the lines with the public keys: beside a file of checkpoints, else of the trust folder."""
    beside = TrustFolder(checkpoints.parent)
    return (beside if (beside.folder / PUBLIC_KEYS).exists() else trust).lines(PUBLIC_KEYS)


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Linked when it is whole: of two processes that start at once, one makes the key and both read it.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
