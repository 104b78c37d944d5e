"""Prompts for reflection as a page offers them: quietly, at their moment, with what belongs together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.domain.errors import FieldError, InvalidInput
from app.domain.reflection import SO, WHY_SO, needs_so_hint
from app.domain.texts import Language, Text
from app.knowledge import Knowledge
from app.knowledge.library import Prompt, ReflectionMoment
from app.models.reflections import ReflectionCreate
from app.services.reflections import prompts_at
from app.web.forms import Typed
from app.web.mistakes import FORM, model_of
from app.web.wording import _, say

_TITLES = {
    ReflectionMoment.CLOSING: _("Look back for a moment, for yourself"),
    ReflectionMoment.STUCK: _("Stuck? Think about why, and so"),
    ReflectionMoment.COMPLAINANT: _("Look from the other side"),
    ReflectionMoment.AFTER_CONTACT: _("Think back to this contact"),
    ReflectionMoment.ANY: _("A question for in between"),
}
_NOTHING_WRITTEN = _("Write something at one of the questions, or leave them.")


@dataclass(frozen=True, slots=True)
class Offer:
    """The prompts of one moment, about a case and a thread or about nothing in particular."""

    moment: ReflectionMoment
    title: str
    prompts: Sequence[Prompt]
    case_id: UUID | None = None
    thread_id: UUID | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        """Whether what is written is for the writer alone: of all prompts of a moment alike."""
        return all(one.private for one in self.prompts)


def offer_at(
    knowledge: Knowledge,
    language: Language,
    moment: ReflectionMoment,
    case_id: UUID | None = None,
    thread_id: UUID | None = None,
) -> Offer:
    """Return what to offer at a moment."""
    title = say(language, _TITLES[moment])
    return Offer(moment, title, prompts_at(knowledge, moment), case_id, thread_id)


def text_field(prompt_id: str) -> str:
    """Return the name of the field for a prompt."""
    return f"text-{prompt_id}"


def read_reflections(typed: Typed, knowledge: Knowledge) -> list[ReflectionCreate]:
    """Return what was written, one for each prompt. Raises `InvalidInput`, each at its field."""
    about = {name: typed.text(name) for name in ("case_id", "thread_id")}
    found, wrong = [], []
    for prompt_id in knowledge.prompts:
        text = typed.text(text_field(prompt_id))
        if text is None:
            continue
        try:
            found.append(model_of(ReflectionCreate, {"prompt_id": prompt_id, "text": text, **about}))
        except InvalidInput as error:
            at = f"#/{text_field(prompt_id)}"
            wrong += [FieldError("body", at, one.code, one.detail) for one in error.errors]
    if not (found or wrong):
        nothing = Text(nl=say(Language.NL, _NOTHING_WRITTEN), en=_NOTHING_WRITTEN)
        wrong.append(FieldError("body", "#", "nothing_to_change", nothing))
    if wrong:
        raise InvalidInput(errors=wrong)
    return found


def is_without_so(written: Sequence[ReflectionCreate]) -> bool:
    """Tell whether somebody asked why and did not come to a 'so' that changes anything."""
    said = {one.prompt_id: one.text for one in written if one.prompt_id.startswith(WHY_SO)}
    return bool(said) and needs_so_hint(said.get(SO))


def field_names(knowledge: Knowledge) -> Mapping[str, str]:
    """Return the field of each location that can be wrong."""
    return {"#": FORM, **{f"#/{text_field(one)}": text_field(one) for one in knowledge.prompts}}
