"""An organisation's own layer over the approach: what it adds and hides, and when that began to hold.

What an assessment showed never changes: everything begins to hold at least a minute after it was
written down, and after everything that was recorded so far.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, null, select, union_all
from sqlmodel import col
from sqlmodel import select as select_rows

from app.domain.advice import NOTICE, OWN, Hiding, OwnApproach, OwnVersion
from app.domain.approach import Audience, EntryKind
from app.domain.errors import FieldError, InvalidInput, NotFound
from app.domain.texts import Text
from app.models.base import Named, table_of, uuid7
from app.models.organisations import User
from app.models.own_approach import (
    HiddenEntry,
    HiddenEntryCreate,
    HiddenEntryRead,
    OwnEntry,
    OwnEntryCreate,
    OwnEntryRead,
    OwnEntryVersionCreate,
    TextsRead,
)
from app.services.ledger import hold
from app.services.versions import Versions
from app.services.visibility import points_at
from app.services.work import Work

_OWN, _HIDDEN = table_of(OwnEntry), table_of(HiddenEntry)
_NOTHING = OwnApproach()

# Made once, and one for both tables: it is part of recording, and most organisations have no row.
_LAYER = union_all(
    select(
        _OWN.c.entry_id,
        _OWN.c.version,
        _OWN.c.active_from,
        _OWN.c.retired.label("gone"),
        _OWN.c.kind,
        _OWN.c.audiences,
        _OWN.c.text_nl,
        _OWN.c.text_en,
    ).where(_OWN.c.organisation_id == bindparam("of_organisation")),
    select(
        _HIDDEN.c.entry_id,
        _HIDDEN.c.version,
        _HIDDEN.c.active_from,
        _HIDDEN.c.hidden,
        null(),
        null(),
        null(),
        null(),
    ).where(_HIDDEN.c.organisation_id == bindparam("of_organisation")),
)


def own_approach(work: Work) -> OwnApproach:
    """Return everything the actor's organisation ever added or hid. One look-up, mostly in vain."""
    own = {"of_organisation": work.actor.organisation_id}
    rows = work.session.connection().execute(_LAYER, own).all()
    if not rows:
        return _NOTHING
    return OwnApproach(
        tuple(
            OwnVersion(
                entry_id=row.entry_id,
                version=row.version,
                active_from=row.active_from,
                retired=row.gone,
                kind=EntryKind(row.kind),
                audiences=_audiences(row.audiences),
                text=Text(nl=row.text_nl, en=row.text_en),
            )
            for row in rows
            if row.kind is not None
        ),
        tuple(
            Hiding(row.entry_id, row.version, row.active_from, row.gone) for row in rows if row.kind is None
        ),
    )


def _audiences(names: str) -> tuple[Audience, ...]:
    return tuple(Audience(name) for name in names.split())


# ---------------------------------------------------------------- own entries


def entry_id_of(id_: UUID) -> str:
    """Return how an own entry is called in an approach."""
    return f"{OWN}{id_.hex}"


def list_own_entries(work: Work) -> list[OwnEntryRead]:
    """Return the newest version of each own entry, the oldest entry first."""
    newest = {one.entry_id: one for one in _versions(work)}
    return [*newest.values()]


def own_entry_versions(work: Work, id_: UUID) -> list[OwnEntryRead]:
    """Return every version of one entry, in order. Raises `NotFound`."""
    versions = [one for one in _versions(work) if one.id == id_]
    if not versions:
        raise NotFound
    work.trail.about("own_entry", id_)
    return versions


def read_own_entry(work: Work, id_: UUID) -> OwnEntryRead:
    """Return the newest version of one entry. Raises `NotFound`."""
    return own_entry_versions(work, id_)[-1]


def add_own_entry(work: Work, body: OwnEntryCreate) -> OwnEntryRead:
    """Add an entry. Raises `InvalidInput` when it would hold too soon."""
    return _write_version(
        work, uuid7(), 1, OwnEntryVersionCreate.model_validate(body.model_dump(by_alias=True))
    )


def change_own_entry(work: Work, id_: UUID, body: OwnEntryVersionCreate, versions: Versions) -> OwnEntryRead:
    """Write another version; the earlier ones stay, and so does all that showed them.

    Raises `NotFound`, `VersionRequired`, `VersionIsStale`, and `InvalidInput` when it would hold too soon.
    """
    hold(work.session, work.now)
    newest = read_own_entry(work, id_)
    versions.check(str(newest.version))
    return _write_version(work, id_, newest.version + 1, body)


def _write_version(work: Work, id_: UUID, version: int, body: OwnEntryVersionCreate) -> OwnEntryRead:
    row = OwnEntry(
        organisation_id=work.actor.organisation_id,
        entry_id=entry_id_of(id_),
        version=version,
        active_from=_begins(work, body.active_from),
        retired=body.retired,
        kind=body.kind,
        audiences=" ".join(body.audiences),
        text_nl=body.text.nl,
        text_en=body.text.en,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
    )
    work.session.add(row)
    work.trail.about("own_entry", id_)
    work.trail.chain("own_entry/1", row.model_dump())
    return _own_read(row, work.actor.name)


def _versions(work: Work) -> list[OwnEntryRead]:
    found = work.session.exec(
        select_rows(OwnEntry, User.name)
        .join(User, points_at(OwnEntry, OwnEntry.recorded_by_id, User))
        .order_by(col(OwnEntry.entry_id), col(OwnEntry.version))
    )
    return [_own_read(row, name) for row, name in found]


def _own_read(row: OwnEntry, name: str) -> OwnEntryRead:
    return OwnEntryRead(
        id=UUID(row.entry_id.removeprefix(OWN)),
        entry_id=row.entry_id,
        version=row.version,
        kind=row.kind,
        audiences=[*_audiences(row.audiences)],
        text=TextsRead(nl=row.text_nl, en=row.text_en),
        active_from=row.active_from,
        retired=row.retired,
        recorded_at=row.recorded_at,
        recorded_by=Named(id=row.recorded_by_id, name=name),
    )


# ---------------------------------------------------------------- hiding ours


def list_hidden_entries(work: Work) -> list[HiddenEntryRead]:
    """Return every decision about entries of ours, the oldest first."""
    found = work.session.exec(
        select_rows(HiddenEntry, User.name)
        .join(User, points_at(HiddenEntry, HiddenEntry.recorded_by_id, User))
        .order_by(col(HiddenEntry.recorded_at), col(HiddenEntry.id))
    )
    return [_hidden_read(row, name) for row, name in found]


def hide_entry(work: Work, body: HiddenEntryCreate) -> HiddenEntryRead:
    """Hide an entry of ours, or show it again, from a moment on.

    Raises `InvalidInput` for what is no entry of ours, for one that speaks of safety, where nothing
    would change, and when it would hold too soon.
    """
    hold(work.session, work.now)
    if body.entry_id not in {entry.id for entry in work.knowledge.current.entries}:
        raise _wrong("entry_id", "no_such_entry", _NO_SUCH_ENTRY)
    if body.hidden and body.entry_id in work.knowledge.kept:
        raise _wrong("entry_id", "about_safety", _ABOUT_SAFETY)
    earlier = [one for one in list_hidden_entries(work) if one.entry_id == body.entry_id]
    if body.hidden == (bool(earlier) and earlier[-1].hidden):
        raise _wrong("hidden", "no_change", _NO_CHANGE)
    row = HiddenEntry(
        organisation_id=work.actor.organisation_id,
        entry_id=body.entry_id,
        version=len(earlier) + 1,
        active_from=_begins(work, body.active_from),
        hidden=body.hidden,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
    )
    work.session.add(row)
    work.trail.about("hidden_entry", row.id)
    work.trail.chain("hidden_entry/1", row.model_dump())
    return _hidden_read(row, work.actor.name)


def _hidden_read(row: HiddenEntry, name: str) -> HiddenEntryRead:
    return HiddenEntryRead(
        **{field: getattr(row, field) for field in HiddenEntryRead.model_fields if field != "recorded_by"},
        recorded_by=Named(id=row.recorded_by_id, name=name),
    )


# ---------------------------------------------------------------- when it begins


def _begins(work: Work, asked: datetime | None) -> datetime:
    """Return from when something holds: after everything that was, or is now being, recorded."""
    soonest = max(work.now, hold(work.session, work.now)) + NOTICE
    if asked is not None and asked < soonest:
        raise _wrong("active_from", "too_soon", _TOO_SOON)
    return asked or soonest


def _wrong(field: str, code: str, detail: Text) -> InvalidInput:
    return InvalidInput(errors=[FieldError("body", f"#/{field}", code, detail)])


_NO_SUCH_ENTRY = Text(
    nl="Zo'n advies is er niet. Een eigen advies verberg je niet: dat trek je in.",
    en="There is no such entry. An entry of your own is not hidden: retire it.",
)
_ABOUT_SAFETY = Text(
    nl="Dit advies gaat over veiligheid. Dat blijft altijd in beeld.",
    en="This entry is about safety. It always stays in sight.",
)
_NO_CHANGE = Text(nl="Zo is het al.", en="It is so already.")
_TOO_SOON = Text(
    nl="Kies een moment dat minstens een minuut later is, of laat het veld leeg.",
    en="Choose a moment at least a minute from now, or leave this out.",
)
