"""The application without a database: pages that are open to all have to do without one."""

import re
from functools import cache
from html import unescape
from typing import Any

from fastapi import FastAPI

from app.access import Surroundings
from app.database import Database
from app.domain.answers import Answers
from app.domain.texts import Language
from app.knowledge import load_knowledge
from app.main import create_app
from app.throttling import Doorkeeper
from app.web.answer_words import words_of
from app.web.places import address
from tests.support import START


class NoDatabase:
    """What these pages need of a database when nobody signed in: nothing at all."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"an open page asked the database for {name}")


@cache
def open_site() -> FastAPI:
    """Return the real application, with nothing behind it."""
    application = create_app()
    nothing: Database = NoDatabase()  # type: ignore[assignment]  # on purpose
    application.state.surroundings = Surroundings(
        nothing, load_knowledge(), lambda: START, Doorkeeper(), None
    )
    return application


def page_of(answers: Answers, language: Language) -> str:
    """Return the address of the result of three answers."""
    return address("practice_answers", language, answers=words_of(answers, language))


def words(html: str) -> str:
    """Return what can be read on a page."""
    bare = re.sub(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(bare))
