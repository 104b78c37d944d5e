"""What tests of the pages of a training share: a trainer who begins one, and phones that take part."""

import re
from html import unescape
from typing import Any

from app.domain.texts import Language
from app.web.places import address
from tests.support import Visitor, answers

STORIES = ("vg03", "vg10")
"""Two judgements with a key, and one to talk about."""


def begin(trainer: Visitor, *stories: str, language: str = "en") -> str:
    """Begin a training by the form, and return its code."""
    sent = trainer.post("/en/training", {"story": list(stories or STORIES), "language": language})
    assert sent.status_code == 303, sent.text
    code: str = sent.headers["location"].rpartition("/")[2]
    return code


def move(trainer: Visitor, code: str, state: str) -> Any:
    """Press a button of the trainer."""
    return trainer.post(f"/en/training/{code}", {"state": state})


def join(phone: Visitor, code: str, nickname: str = "Otter") -> Any:
    """Join under a nickname."""
    return phone.post(f"/en/join/{code}", {"nickname": nickname})


def items_asked(html: str) -> dict[str, str]:
    """Return the hidden fields that say which judgement a form is about."""
    found = re.findall(r'<input type="hidden" name="(story|number)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def judge(phone: Visitor, code: str, given: str = "yyn", kind: str = "complainant") -> Any:
    """Answer the judgement that is asked for now."""
    asked = items_asked(phone.get(here(code)).text)
    assert asked
    return phone.post(f"/en/join/{code}/answer", {**asked, **answers(given), "type": kind})


def here(code: str, language: Language = Language.EN) -> str:
    """Return where a phone is during a training."""
    return address("join", language, code=code)
