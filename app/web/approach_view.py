"""The pages of an organisation's own approach: how its entries stand, and the form of one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from app.domain.approach import BY_TYPE, Audience, Entry
from app.domain.errors import FieldError, InvalidInput
from app.domain.plain_language import Reader
from app.domain.texts import Language, Text
from app.knowledge import Knowledge
from app.models.own_approach import HiddenEntryRead, OwnEntryRead
from app.services.plain_language import check_text
from app.web.forms import Typed
from app.web.plain_hints import PlainHint
from app.web.wording import HERE, _, say

FIELDS = {
    "#": "kind",
    "#/kind": "kind",
    "#/for": "for",
    "#/text/nl": "text_nl",
    "#/text/en": "text_en",
    "#/active_from": "active_from",
}
"""The field of each location of the input, in the order of the form."""


@dataclass(frozen=True, slots=True)
class Ours:
    """An entry of ours. `decision` is the last about it; `kept`: it speaks of safety, so it stays."""

    entry: Entry
    decision: HiddenEntryRead | None
    kept: bool

    @property
    def hidden(self) -> bool:
        """Whether it is hidden, or will be."""
        return self.decision is not None and self.decision.hidden


def ours_by_audience(
    knowledge: Knowledge, decisions: Iterable[HiddenEntryRead]
) -> list[tuple[Audience | None, list[Ours]]]:
    """Return our entries by type, those without a type, and at the end (`None`) those for a change."""
    last = {one.entry_id: one for one in decisions}
    found: dict[Audience | None, list[Ours]] = {audience: [] for audience in (*BY_TYPE, None)}
    for entry in knowledge.current.entries:
        place = entry.audience if entry.audience in BY_TYPE else None
        found[place].append(Ours(entry, last.get(entry.id), entry.id in knowledge.kept))
    return [*found.items()]


def values_of(entry: OwnEntryRead) -> dict[str, Any]:
    """Return what the form of an entry holds before anything is typed."""
    return {
        "kind": entry.kind.value,
        "for": [one.value for one in entry.audiences],
        "text_nl": entry.text.nl,
        "text_en": entry.text.en,
        "active_from": "",
    }


def typed_values(typed: Typed) -> dict[str, Any]:
    """Return what was typed, as the form shows it again."""
    names = ("kind", "text_nl", "text_en", "active_from")
    return {**{name: typed.get(name, "") for name in names}, "for": typed.all_of("for")}


def body_of(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return what was typed as the input of the use case. Raises `InvalidInput` for a day that is none.

    An entry holds from the beginning of the day that was chosen; of today, or without one, from now on.
    """
    body: dict[str, Any] = {
        "kind": values["kind"],
        "for": values["for"],
        "text": {"nl": values["text_nl"], "en": values["text_en"]},
    }
    chosen = values["active_from"].strip()
    if chosen:
        day = _day(chosen)
        if day != now.astimezone(HERE).date():
            body["active_from"] = datetime.combine(day, time(), HERE).isoformat()
    return body


def _day(chosen: str) -> date:
    try:
        return date.fromisoformat(chosen)
    except ValueError:
        words = Text(nl=say(Language.NL, _NO_DAY), en=_NO_DAY)
        raise InvalidInput(errors=[FieldError("body", "#/active_from", "not_a_day", words)]) from None


_NO_DAY = _("Choose a day that exists.")


def hints_of(
    knowledge: Knowledge, texts: Mapping[Language, str], language: Language
) -> dict[str, Sequence[PlainHint]]:
    """Return the hints for the two texts, each told in the language of the page. They block nothing."""
    found: dict[str, Sequence[PlainHint]] = {}
    for written_in, text in texts.items():
        said = check_text(knowledge, text, written_in, Reader.COLLEAGUE, language)
        if said.hints:
            found[f"text_{written_in}"] = [
                PlainHint(text[one.start : one.end], one.why, one.suggestion) for one in said.hints
            ]
    return found
