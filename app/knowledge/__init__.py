"""What the product knows, as data: read and checked once, when the program starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.plain_language import Term
from app.domain.ruleset import Ruleset
from app.domain.signals import SignalKind
from app.knowledge.demonstration import Course, load_courses
from app.knowledge.library import (
    Prompt,
    Source,
    Vignette,
    load_prompts,
    load_sources,
    load_terms,
    load_vignettes,
)
from app.knowledge.reader import KnowledgeError
from app.knowledge.rulesets import load_rulesets
from app.knowledge.safety import load_kept
from app.knowledge.signals import SignalText, load_signals

__all__ = ["FOLDER", "Knowledge", "KnowledgeError", "load_knowledge"]

FOLDER = Path(__file__).parent
CLOSING_QUESTION = "go-on-without-us"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything from the knowledge files; `rulesets` has every version that was ever released.

    `kept` are the ids of the entries that speak of safety: nobody can hide them. `courses` are for the
    demonstration.
    """

    rulesets: Mapping[str, Ruleset]
    current: Ruleset
    sources: Mapping[str, Source]
    vignettes: Mapping[str, Vignette]
    prompts: Mapping[str, Prompt]
    terms: Mapping[str, Term]
    kept: frozenset[str]
    signals: Mapping[SignalKind, SignalText]
    courses: tuple[Course, ...]

    @property
    def closing_question(self) -> Prompt:
        """The question to put to the client before a case is closed."""
        return self.prompts[CLOSING_QUESTION]


def load_knowledge(root: Path = FOLDER) -> Knowledge:
    """Read and check all knowledge files; the newest ruleset is the current one.

    Raises `KnowledgeError` with file and entry when anything is wrong, so that the program does
    not start with half a model.
    """
    sources = load_sources(root)
    codes = frozenset(sources)
    rulesets = load_rulesets(root, codes)
    current = list(rulesets.values())[-1]
    prompts = load_prompts(root, codes)
    if CLOSING_QUESTION not in prompts:
        raise KnowledgeError(f"reflection.toml: prompt '{CLOSING_QUESTION}' is missing")
    return Knowledge(
        rulesets=rulesets,
        current=current,
        sources=sources,
        vignettes=load_vignettes(root, current, codes),
        prompts=prompts,
        terms=load_terms(root, codes),
        kept=load_kept(root, rulesets.values()),
        signals=load_signals(root, current, codes),
        courses=load_courses(root),
    )
