"""What was tried after an assessment and what followed, in words; and the form that asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.domain.advice import Use, what_followed
from app.domain.errors import FieldError, InvalidInput
from app.domain.ruleset import Ruleset
from app.domain.texts import Language, Text
from app.models.advice import AdviceUseCreate, AdviceUseRead
from app.models.assessments import AssessmentHead
from app.models.classifications import EntryRead
from app.services.advice_uses import Used
from app.services.stories import ThreadStory
from app.web.case_words import Moved, badge_of, moved
from app.web.forms import Typed
from app.web.mistakes import FORM, model_of
from app.web.wording import _, say


@dataclass(frozen=True, slots=True)
class Tried:
    """What was done with the advice of one assessment. `badge` and `moved` are what was judged next."""

    uses: tuple[Used, ...]
    badge: Markup | None
    moved: Moved | None


def tried_of(story: ThreadStory, last: AssessmentHead, ruleset: Ruleset, language: Language) -> Tried | None:
    """Return what was tried after an assessment, of which `last` is the newest version; `None`: nothing.

    What was said of an earlier version goes along with it.
    """
    chain = {last.id, *_before(story, last)}
    uses = tuple(used for id_, found in story.uses.items() if id_ in chain for used in found)
    if not uses:
        return None
    followed = what_followed(story.in_force, last.id)
    if followed is None:
        return Tried(uses, None, None)
    judged = followed.judgement
    badge = badge_of(ruleset, language, judged.relationship_type, judged.clarity)
    return Tried(uses, badge, moved(followed.step, language))


def _before(story: ThreadStory, last: AssessmentHead) -> list[object]:
    by_id = {one.id: one for one in story.thread.assessments}
    found: list[object] = []
    earlier = last.supersedes
    while earlier is not None and earlier in by_id:
        found.append(earlier)
        earlier = by_id[earlier].supersedes
    return found


# ---------------------------------------------------------------- the form

_NOTHING_CHOSEN = _("Say of at least one suggestion what you did with it.")


def use_field(entry_id: str) -> str:
    """Return the name of the field that says what was done with an entry."""
    return f"use-{entry_id}"


def reason_field(entry_id: str) -> str:
    """Return the name of the field that says why."""
    return f"reason-{entry_id}"


def given_of(uses: Sequence[AdviceUseRead]) -> dict[str, str]:
    """Return what the form holds before anything is typed: what counts so far."""
    given = {}
    for one in uses:
        given[use_field(one.entry_id)] = one.use.value
        given[reason_field(one.entry_id)] = one.reason or ""
    return given


def read_uses(
    typed: Typed, entries: Sequence[EntryRead], uses: Sequence[AdviceUseRead]
) -> list[AdviceUseCreate]:
    """Return what was said that was not said before. Raises `InvalidInput`, each at its field."""
    said = {one.entry_id: (one.use, one.reason) for one in uses}
    found, wrong = [], []
    for entry in entries:
        use = typed.text(use_field(entry.id))
        if use is None:
            continue
        try:
            values = {"entry_id": entry.id, "use": use, "reason": typed.text(reason_field(entry.id))}
            body = model_of(AdviceUseCreate, values)
        except InvalidInput as error:
            field = use_field(entry.id) if use not in [*Use] else reason_field(entry.id)
            wrong += [FieldError("body", f"#/{field}", one.code, one.detail) for one in error.errors]
            continue
        if said.get(entry.id) != (body.use, body.reason):
            found.append(body)
    if not (found or wrong):
        nothing = Text(nl=say(Language.NL, _NOTHING_CHOSEN), en=_NOTHING_CHOSEN)
        wrong.append(FieldError("body", "#", "nothing_to_change", nothing))
    if wrong:
        raise InvalidInput(errors=wrong)
    return found


def field_names(entries: Sequence[EntryRead]) -> Mapping[str, str]:
    """Return the field of each location that can be wrong, in the order of the form."""
    names = [name for entry in entries for name in (use_field(entry.id), reason_field(entry.id))]
    return {"#": FORM, **{f"#/{name}": name for name in names}}
