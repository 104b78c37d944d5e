"""The floors: bare routes that do the least that can be done for the same requests.

A program of its own: `python -m benchmarks.floor WORKLOAD`, on the database that the service's own
settings name. The service first answers a few requests in this process, while its statements are
taken down. Then the floor prints one JSON object with its port and the numbers of statements, and
serves: it repeats those statements through the raw driver.
"""

import gc
import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from pydantic_core import to_json

from app.database import Database, open_database
from app.logs import set_up_logs
from app.main import start
from app.models.classifications import AnswersIn
from app.settings import Settings
from benchmarks.replay import Recipe
from benchmarks.taking import Facts, Taken, take_down
from benchmarks.workload import Target, Workload, load_workload

_JSON = "application/json"


class Connections:
    """Raw connections, made by the service's own engine with its key and settings, then let go of."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = threading.Lock()
        self._writer = self._raw()
        self._own = threading.local()

    def _raw(self) -> Any:  # noqa: ANN401 - one of two drivers
        pooled = self._database.writer.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        if self._database.is_embedded:
            connection.execute("PRAGMA query_only=OFF")  # a pooled one may have been reading
        return connection

    def repeat(self, work: Recipe, about: dict[str, Any]) -> list[list[Any]]:
        """Do the work in a transaction; a writer of the embedded database waits for its turn."""
        if self._database.is_embedded and work.writes:
            with self._turn, _committed(self._writer, "BEGIN IMMEDIATE"):
                return work.run(self._writer, about)
        if not hasattr(self._own, "connection"):
            self._own.connection = self._raw()
        # The driver for PostgreSQL begins by itself.
        with _committed(self._own.connection, "BEGIN" if self._database.is_embedded else None):
            return work.run(self._own.connection, about)


@contextmanager
def _committed(connection: Any, begin: str | None) -> Iterator[None]:  # noqa: ANN401 - one of two drivers
    if begin:
        connection.execute(begin)
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def create_floor(taken: Taken, workload: Workload, facts: Facts, database: Database) -> FastAPI:
    """Put the three bare routes together."""
    app = FastAPI(openapi_url=None)
    connections = Connections(database)
    threads = {(one.case_reference, one.participant_reference): one.thread_id for one in workload.short}
    # Some threads got an assessment more while the service was watched.
    numbers = {one.thread_id: count(one.next_number + 1) for one in workload.short}

    @app.post("/v1/classifications")
    async def classify(body: AnswersIn) -> Response:
        del body
        return Response(taken.classified, media_type=_JSON)

    @app.post("/v1/assessments")
    def record(body: dict[str, Any]) -> Response:
        thread = threads[body["case"]["reference"], body["participant"]["reference"]]
        connections.repeat(taken.record, {**facts[thread], "next_number": next(numbers[thread])})
        return Response(taken.recorded, 201, media_type=_JSON)

    @app.get("/v1/threads/{thread}")
    def read(thread: str) -> Response:
        rows = connections.repeat(taken.read, dict(facts[thread]))
        return Response(to_json(rows, bytes_mode="base64"), media_type=_JSON)

    return app


def facts_of(target: Target, *, embedded: bool) -> dict[str, Any]:
    """Return what is known of a thread, as the driver of its database is told."""
    known = {name: getattr(target, name) for name in Target.__slots__}
    if embedded:
        return known
    return {name: UUID(value) if name.endswith("_id") else value for name, value in known.items()}


def main() -> None:
    set_up_logs("error")
    workload = load_workload(Path(sys.argv[1]))
    settings = Settings()
    database = open_database(settings)
    facts = {
        target.thread_id: facts_of(target, embedded=database.is_embedded)
        for target in (*workload.short, *workload.long)
    }
    served = start(settings)
    # Without the upkeep, which would add to the ledger behind what is taken down.
    served.state.surroundings = replace(served.state.surroundings, trust=None)
    with TestClient(served, base_url="http://localhost") as client:
        taken = take_down(client, workload, facts)
    floor = create_floor(taken, workload, facts, database)
    gc.collect()
    gc.freeze()  # a bare program would not have all this in memory
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        print(json.dumps({"port": port, "record": taken.record.kinds, "read": taken.read.kinds}), flush=True)
        config = uvicorn.Config(floor, access_log=False, log_config=None, server_header=False)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
