"""The teams: which there are, adding one, giving one another name."""

from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from fastapi import Request, Response

from app.domain.errors import DomainError
from app.domain.roles import Permission
from app.models.organisations import TeamRead
from app.services import administration
from app.services.administration_reads import Colleague, list_colleagues
from app.services.organisations import list_teams
from app.web.administration_forms import MISTAKES, ChoiceInput, TeamInput, errors_of, read_form, status_of
from app.web.pages import Pages
from app.web.routes.administration import Looks, Manages
from app.web.visits import Visit

pages = Pages()
router = pages.router


@pages.get("teams")
def show_teams(visit: Looks, request: Request) -> Response:
    """List the teams. `rename` in the query opens the form to give one another name."""
    with visit.look(Permission.READ_ACCOUNTS) as work:
        teams = list_teams(work)
        sizes = _sizes(list_colleagues(work))
    return _page(visit, teams, sizes, visit.typed.get("id") or request.query_params.get("rename"))


@pages.post("teams")
def change_teams(visit: Manages, request: Request) -> Response:
    """Make a team, or give one another name."""
    if visit.typed.resumes:
        return show_teams(visit, request)
    teams: list[TeamRead] = []
    sizes: Counter[UUID] = Counter()
    try:
        with visit.transaction() as work:
            teams, sizes = list_teams(work), _sizes(list_colleagues(work))
            name = read_form(TeamInput, visit.typed).name
            if visit.typed.get("do") == "rename":
                administration.rename_team(work, read_form(ChoiceInput, visit.typed).id, name)
            else:
                administration.add_team(work, name)
            return visit.done(work, "teams", query={"done": "team"})
    except MISTAKES as error:
        return _page(visit, teams, sizes, visit.typed.get("id"), error)


def _sizes(everybody: Sequence[Colleague]) -> Counter[UUID]:
    """Count in how many roles colleagues work in each team, a colleague once."""
    return Counter(
        team_id for one in everybody for team_id in {held.team.id for held in one.roles if held.team}
    )


def _page(
    visit: Visit,
    teams: Sequence[TeamRead],
    sizes: Counter[UUID],
    rename: str | None,
    error: DomainError | None = None,
) -> Response:
    return visit.page(
        "teams.html",
        status=status_of(error) if error else HTTPStatus.OK,
        errors=errors_of(error, TeamInput, visit.language) if error else {},
        teams=teams,
        sizes=sizes,
        renamed=next((team for team in teams if str(team.id) == rename), None),
        typed=visit.typed,
        done=visit.request.query_params.get("done", ""),
    )
