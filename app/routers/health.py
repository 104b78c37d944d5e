"""Whether the service lives, and whether it can work."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import Field

from app.database import transaction
from app.domain.errors import Busy
from app.models.base import Output
from app.problems import problems
from app.unguarded import open_to_all

router = APIRouter(prefix="/health", tags=["health"])


class Health(Output):
    """A sign of life."""

    status: Literal["ok"] = Field(description="Always ok; else there is no answer.", examples=["ok"])


@router.get("/live", summary="Is the process alive?")
@open_to_all
async def read_liveness() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/ready", summary="Can it work?", responses=problems(Busy))
@open_to_all
def read_readiness(request: Request) -> Health:
    """The database answers too."""
    with transaction(request.app.state.surroundings.database, write=False):
        return Health(status="ok")
