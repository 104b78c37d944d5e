"""Who the colleagues and the teams are."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.access import Access, may
from app.domain.roles import Permission
from app.models.base import Output
from app.models.organisations import TeamRead, UserRead
from app.problems import problems
from app.routers.assessments import GUARDED
from app.services import organisations
from app.wire import StrictRoute

router = APIRouter(tags=["organisation"], route_class=StrictRoute)


class UserList(Output):
    """All colleagues."""

    items: list[UserRead] = Field(description="By name.")


class TeamList(Output):
    """All teams."""

    items: list[TeamRead] = Field(description="By name.")


@router.get("/users", responses=problems(*GUARDED), summary="List colleagues")
def list_users(access: Annotated[Access, may(Permission.READ_COLLEAGUES)]) -> UserList:
    """The colleagues in your organisation, with roles and teams."""
    with access.transaction(write=False) as work:
        return UserList(items=organisations.list_users(work))


@router.get("/teams", responses=problems(*GUARDED), summary="List teams")
def list_teams(access: Annotated[Access, may(Permission.READ_COLLEAGUES)]) -> TeamList:
    """The teams of your organisation."""
    with access.transaction(write=False) as work:
        return TeamList(items=organisations.list_teams(work))
