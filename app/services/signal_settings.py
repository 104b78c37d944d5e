"""From when on something is a signal: an organisation chooses, and every choice stays on record."""

from sqlalchemy import select
from sqlmodel import col

from app.domain.signals import DEFAULTS
from app.models.signals import SignalSetting, SignalSettingsChange, SignalSettingsRead
from app.services.projections import renew_signals, rules_of
from app.services.versions import Versions
from app.services.work import Work


def read_settings(work: Work) -> SignalSettingsRead:
    """Return the thresholds of the organisation; ours where it never chose."""
    work.trail.about("organisation", work.actor.organisation_id)
    return _settings(work)


def change_settings(work: Work, body: SignalSettingsChange, versions: Versions) -> SignalSettingsRead:
    """Choose thresholds, and work out the signals of all threads again in the same transaction.

    What is so already stays as it is. Raises `VersionRequired` and `VersionIsStale`.
    """
    before = read_settings(work)
    versions.check(str(before.version))
    wanted = body.model_dump()
    if before.model_dump(exclude={"version"}) == wanted:
        return before
    work.session.add(
        SignalSetting(
            **wanted,
            organisation_id=work.actor.organisation_id,
            number=before.version + 1,
            set_at=work.now,
            set_by_id=work.actor.user_id,
        )
    )
    # Two changes at once have one number, and the key refuses the second here, before the long work.
    work.session.flush()
    renew_signals(work.session, rules_of(work.session, work.knowledge.rulesets))
    return _settings(work)


def _settings(work: Work) -> SignalSettingsRead:
    newest = select(SignalSetting).order_by(col(SignalSetting.number).desc()).limit(1)
    row = work.session.execute(newest).scalar()
    if row is None:
        return SignalSettingsRead(
            stuck_after=DEFAULTS.stuck_after,
            not_done_after=DEFAULTS.not_done_after,
            not_seen_days=DEFAULTS.not_seen_days,
            version=0,
        )
    return SignalSettingsRead(
        stuck_after=row.stuck_after,
        not_done_after=row.not_done_after,
        not_seen_days=row.not_seen_days,
        version=row.number,
    )
