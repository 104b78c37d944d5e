"""Assemble the application. Nothing is decided here."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from anyio import to_thread
from fastapi import FastAPI

from app.access import Surroundings
from app.database import open_database
from app.database.schema import refuse_outdated_schema
from app.edge import Edge
from app.knowledge import load_knowledge
from app.openapi import SERVER, publish
from app.problems import handle_problems
from app.routers import (
    access_events,
    advice,
    assessments,
    cases,
    catalogue,
    classifications,
    clients,
    colleagues,
    erasures,
    health,
    own_approach,
    plain_language,
    reflections,
    reports,
    second_opinions,
    signals,
    threads,
    training,
)
from app.settings import LOCAL_HOSTS, Settings
from app.signing import signing_key
from app.throttling import BAD_TOKENS_A_MINUTE, TRAINING_REQUESTS_A_SECOND, Doorkeeper
from app.trust import TrustFolder
from app.unguarded import refuse_unguarded_routes
from app.upkeep import Upkeep
from app.web import assets, swagger
from app.web.refusals import refusal
from app.web.routes import PAGES

# Routes that use the database run in threads, each to its end. Python computes in one of them at a time,
# so more would only wait for each other, and every one keeps memory; enough to wait for disks and locks.
THREADS = 8


_ROUTERS = (
    classifications,
    catalogue,
    plain_language,
    signals,
    assessments,
    second_opinions,
    advice,
    own_approach,
    reflections,
    cases,
    threads,
    reports,
    clients,
    erasures,
    access_events,
    colleagues,
    training,
)


def create_app(hosts: Collection[str] = LOCAL_HOSTS, *, with_swagger: bool = False) -> FastAPI:
    """Put the routes, the problems and the edge together; refuse a route without a permission.

    `hosts` are the names by which it answers. `with_swagger`: developers can try the API at /docs.
    """
    app = FastAPI(
        title="Werkrelatie",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan,
    )
    for module in _ROUTERS:
        app.include_router(module.router, prefix=SERVER)
    app.include_router(health.router)
    publish(app)
    for pages in PAGES:
        app.include_router(pages.router)
    app.include_router(assets.router)
    app.state.swagger = with_swagger
    if with_swagger:
        app.include_router(swagger.router)
    handle_problems(app, refusal)
    app.add_middleware(Edge, hosts=hosts, refuse=refusal)
    refuse_unguarded_routes(app)
    return app


def start(settings: Settings) -> FastAPI:
    """Return the application with its database, ready to serve.

    Raises `StartRefused` or `KnowledgeError` with a sentence that says what to do.
    """
    app = create_app(settings.host_names, with_swagger=settings.swagger)
    database = open_database(settings)
    trust = TrustFolder(settings.trust_folder)
    try:
        refuse_outdated_schema(database)
        signing_key(trust)
    except BaseException:
        database.close()
        raise
    app.state.surroundings = Surroundings(
        database,
        load_knowledge(),
        lambda: datetime.now(UTC),
        Doorkeeper(bad_tokens_a_minute=BAD_TOKENS_A_MINUTE, requests_a_second=settings.requests_per_second),
        trust,
        training_doorkeeper=Doorkeeper(
            bad_tokens_a_minute=BAD_TOKENS_A_MINUTE, requests_a_second=TRAINING_REQUESTS_A_SECOND
        ),
    )
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    surroundings: Surroundings = app.state.surroundings
    upkeep = Upkeep(surroundings, surroundings.trust) if surroundings.trust else None
    if upkeep:
        upkeep.start()
    yield
    if upkeep:
        await to_thread.run_sync(upkeep.stop)
    surroundings.database.close()
