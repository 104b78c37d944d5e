"""Read what is said about each signal. The rules themselves are functions in `app.domain.signals`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.approach import Audience, Entry
from app.domain.ruleset import Ruleset
from app.domain.signals import Signal, SignalKind, Thresholds
from app.domain.texts import Text
from app.knowledge.reader import KnowledgeError, Record, read

_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class SignalText:
    """One kind of signal in words; `entries` has the entry that fits by what a signal is about."""

    label: Text
    rule: Text
    text: Text
    entry: Entry
    entries: Mapping[Audience, Entry]
    sources: tuple[str, ...]

    def entry_for(self, signal: Signal) -> Entry:
        """Return the entry of the approaches that fits a signal."""
        return self.entries.get(signal.about, self.entry)


def threshold_of(kind: SignalKind, thresholds: Thresholds) -> int | None:
    """Return the number that decides on a kind of signal, in assessments or days, where one does."""
    match kind:
        case SignalKind.STUCK:
            return thresholds.stuck_after
        case SignalKind.AGREED_BUT_NOT_DONE:
            return thresholds.not_done_after
        case SignalKind.NOT_SEEN:
            return thresholds.not_seen_days
        case _:
            return None


def load_signals(root: Path, ruleset: Ruleset, sources: frozenset[str]) -> dict[SignalKind, SignalText]:
    """Read the signals in words; every kind has to be there, with entries of the current rules."""
    file = read(root / "signals.toml", root)
    entries = {entry.id: entry for entry in ruleset.entries}
    found = {}
    for record in file.records("signal"):
        kind = record.choice("id", SignalKind)
        by_audience = _entries(record, entries)
        if _DEFAULT not in by_audience:
            raise record.fail("'entry.default' is missing")
        found[kind] = SignalText(
            label=record.text("label"),
            rule=record.text("rule"),
            text=record.text("text"),
            entry=by_audience.pop(_DEFAULT),
            entries={Audience(audience): entry for audience, entry in by_audience.items()},
            sources=record.sources("sources", sources),
        )
        record.end()
    file.end()
    if missing := set(SignalKind) - set(found):
        raise KnowledgeError(f"signals.toml: missing: {', '.join(sorted(missing))}")
    return found


def _entries(record: Record, entries: Mapping[str, Entry]) -> dict[str, Entry]:
    chosen = {}
    of_audience = record.record("entry")
    for audience in (_DEFAULT, *Audience):
        if audience in of_audience:
            id_ = of_audience.string(audience)
            if id_ not in entries:
                raise of_audience.fail(f"no such entry: {id_}")
            chosen[str(audience)] = entries[id_]
    of_audience.end()
    return chosen
