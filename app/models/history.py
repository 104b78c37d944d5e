"""What supervisors read: a thread with its course, and the caseload."""

from pydantic import Field as ApiField

from app.models.assessments import AssessmentHead
from app.models.cases import CaseHead
from app.models.threads import ThreadHead, TransitionSummary


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
