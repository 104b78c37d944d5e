"""A real browser before a real server, and pages that must keep to their own policy."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.database import Database, OrganisationSession, open_database, transaction
from app.database.schema import migrate
from app.domain.roles import Role
from app.domain.texts import Language
from app.knowledge import load_knowledge
from app.models.assessments import Assessment
from app.services import demonstration
from app.services.work import Actor
from app.settings import Settings
from app.web.forms import SESSION
from app.web.places import address
from tests.support import People, make_people, sign_in

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",  # a build server works as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AXE = Path(AXE_FILE_PATH).read_text(encoding="utf-8")
PATIENCE = 10_000  # milliseconds: a build server can be slow
expect.set_options(timeout=PATIENCE)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a browser there is nothing to try here. On a build server that is a fault."""
    del config
    if CHROMIUM is None and not os.environ.get("CI"):
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip("Chromium is not there: apt-get install chromium"))


@dataclass
class Site:
    """A running service with the demonstration and an organisation with the whole cast."""

    address: str
    database: Database
    people: People
    demonstration: dict[Role, Actor] = field(default_factory=dict)

    def cookie(self, name: str) -> str:
        """Sign somebody in: one of the cast by name, or of the demonstration as `demo-practitioner`."""
        prefix, _, role = name.partition("-")
        actor = self.demonstration[Role(role)] if prefix == "demo" else self.people.users[name]
        return sign_in(self.database, actor, datetime.now(UTC))

    def busiest_case(self, role: Role, language: Language) -> str:
        """Return the address of the demonstration's case in which most was recorded."""
        actor = self.demonstration[role]
        counted = select(Assessment.case_id).group_by(col(Assessment.case_id)).order_by(func.count().desc())
        with (
            transaction(self.database, write=False) as connection,
            OrganisationSession(connection, actor.organisation_id) as session,
        ):
            return address("case", language, id=session.exec(counted).first())


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One service for all pages of a run, in a process of its own."""
    folder = tmp_path_factory.mktemp("site") / "data"
    database = open_database(Settings(data_dir=folder))
    migrate(database)
    people = make_people(database, "first", datetime.now(UTC))
    actors = _demonstration(database)
    environment = {
        **os.environ,
        "WERKRELATIE_DATA_DIR": str(folder),
        "WERKRELATIE_REQUESTS_PER_SECOND": "0",
        "WERKRELATIE_SWAGGER": "true",
    }
    server = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    line = server.stdout.readline()
    assert "http://" in line, line
    address = line.rpartition(" ")[2].strip().replace("127.0.0.1", "localhost")
    yield Site(address, database, people, actors)
    server.terminate()
    server.wait(20)
    server.stdout.close()
    database.close()


def _demonstration(database: Database) -> dict[Role, Actor]:
    now = datetime.now(UTC)
    with transaction(database, write=True) as connection:
        with Session(connection, expire_on_commit=False) as session:
            found = demonstration.find_or_create(session, now)
            session.flush()
        with OrganisationSession(connection, found.id) as session:
            demonstration.load(session, found.id, load_knowledge(), now)
            return demonstration.actors(session, found.id)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    assert CHROMIUM, "Chromium is not there: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


_WATCH = """document.addEventListener('securitypolicyviolation',
    e => console.error('policy ' + e.violatedDirective + ' ' + e.blockedURI))"""


@dataclass
class Faults:
    """What a page may not do: break its policy, throw, or ask anybody else for anything."""

    found: list[str] = field(default_factory=list)
    allowed: set[str] = field(default_factory=set)
    """Parts of messages that belong to a test, such as the status of a refusal."""

    def watch(self, page: Page, address: str) -> None:
        """Write down what goes wrong on a page."""
        page.add_init_script(_WATCH)
        page.on(
            "console", lambda message: self.found.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((address, "data:"))
                else self.found.append(f"request {request.url}")
            ),
        )

    @property
    def real(self) -> list[str]:
        """What was not allowed."""
        return [fault for fault in self.found if not any(part in fault for part in self.allowed)]


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Fails the test when a page did what it may not."""
    faults = Faults()
    yield faults
    assert faults.real == []


@pytest.fixture
def open_page(site: Site, browser: Browser, faults: Faults) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody, in a fresh profile: `open_page("anna", width=360, color_scheme="dark")`."""
    contexts = []

    def opener(name: str = "nobody", *, width: int = 1100, height: int = 900, **options: Any) -> Page:
        context = browser.new_context(
            base_url=site.address,
            viewport={"width": width, "height": height},
            # Colours that are on their way to another are no colours to judge.
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        if name != "nobody":
            context.add_cookies(
                [{"name": SESSION, "value": site.cookie(name), "url": site.address, "httpOnly": True}]
            )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        faults.watch(page, site.address)
        return page

    yield opener
    for context in contexts:
        context.close()


def violations(page: Page) -> list[str]:
    """Return what axe finds on a page: the rule, and where.

    axe is put into a page once, and looks as often as it is asked. A click waits until the next page starts
    to load, so the end of that is waited for here.
    """
    page.wait_for_load_state()
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    options = {"runOnly": TAGS, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{urlsplit(page.url).path} {one['id']}: {node['html'][:120]}"
        for one in found
        for node in one["nodes"]
    ]


def barriers(page: Page) -> list[str]:
    """Return what keeps people from using a page: wide and light, a phone in the dark, the smallest screen.

    Colours hang on the display and what is to be seen on the width, so two looks see all four.
    """
    page.set_viewport_size({"width": 1100, "height": 900})
    page.emulate_media(color_scheme="light")
    found = violations(page)
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(color_scheme="dark")
    found += violations(page)
    page.set_viewport_size({"width": 320, "height": 640})
    return found + overflow(page)


def overflow(page: Page) -> list[str]:
    """Return what sticks out at the right of a page that scrolls sideways."""
    page.wait_for_load_state()
    found: list[str] = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest('.scroll'))
                .map(e => e.outerHTML.slice(0, 100));
        }"""
    )
    return found
