"""Whether a change is meant for the version that is there now."""

from dataclasses import dataclass

from app.domain.errors import VersionIsStale, VersionRequired


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions a caller is willing to change, as entity tags without quotes; `*` is any.

    Empty when the caller named none.
    """

    tags: frozenset[str]

    def check(self, tag: str) -> None:
        """Raise `VersionRequired` when none was named, `VersionIsStale` when it is another one."""
        if not self.tags:
            raise VersionRequired
        if not self.tags & {tag, "*"}:
            raise VersionIsStale
