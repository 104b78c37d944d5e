"""What supervisors read: a thread with its course, and the caseload."""

from pydantic import Field as ApiField

from app.models.assessments import AssessmentHead
from app.models.base import Input, Moment
from app.models.cases import CaseHead
from app.models.threads import ThreadHead, TransitionSummary

# ---------------------------------------------------------------- in


class AsOf(Input):
    """At which two moments to look at a thread."""

    at: Moment | None = ApiField(default=None, description="How it stood on that moment. Left out: now.")
    known: Moment | None = ApiField(
        default=None, description="What had been recorded by that moment. Left out: everything."
    )


# ---------------------------------------------------------------- out


class ThreadRead(ThreadHead):
    """The course of one participant on one concern."""

    assessments: list[AssessmentHead] = ApiField(
        description="Everything that was recorded, in the order of the thread; corrections included."
    )
    transitions: list[TransitionSummary] = ApiField(
        description="The steps between what counts, the oldest first."
    )


class CaseloadItem(CaseHead):
    """A case in the caseload, with how its threads stand."""

    threads: list[ThreadHead] = ApiField(description="How each thread stands.")
