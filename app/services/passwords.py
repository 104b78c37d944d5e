"""Hash and check passwords. Slow on purpose: never within a transaction."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.domain.errors import Busy
from app.domain.passwords import LONGEST, normal

MEMORY_KIB, TIMES, LANES = 46 * 1024, 1, 1
"""The strongest of the equal settings that OWASP gives for argon2id: 81 ms on one shared core."""

MOST_AT_ONCE = 2
_WAIT_SECONDS = 5.0


class Passwords:
    """Hashes with argon2id, a few at a time: each takes 46 MiB."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hasher = PasswordHash(
            (hasher or Argon2Hasher(time_cost=TIMES, memory_cost=MEMORY_KIB, parallelism=LANES),)
        )
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._nobody = self._hasher.hash(secrets.token_urlsafe(32))

    def hash(self, password: str) -> str:
        """Return what is stored of a new password. Raises `Busy` when too many want that."""
        with self._turn():
            return self._hasher.hash(normal(password))

    def verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        """Tell whether a password is right, and give a better hash when the settings have changed since.

        Without a hash it takes as long and is never right: nobody can measure who has an account. Raises
        `Busy` when too many want that.
        """
        is_possible = hashed is not None and len(password) <= LONGEST
        with self._turn():
            is_right, better = self._hasher.verify_and_update(
                normal(password[: LONGEST + 1]), hashed if hashed is not None else self._nobody
            )
        return is_right and is_possible, better if is_possible else None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._room.acquire(timeout=_WAIT_SECONDS):
            raise Busy
        try:
            yield
        finally:
            self._room.release()


@cache
def strong_passwords() -> Passwords:
    """Return the one of this process."""
    return Passwords()
