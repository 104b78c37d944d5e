"""A training with three raters, as the browser tests and the pictures use it."""

import json
import re
from urllib.request import Request, urlopen

from playwright.sync_api import Page

from app.domain.texts import Language
from app.web.places import address
from tests.browser.conftest import Site

# Test vector 5 of the domain report, 7.2: three raters, twelve items, two ratings missing.
# Alpha of the type is .657; of the same choices as ordered answers it is .824.
RATINGS = ("000111222012", "001112222011", "0.01112.2002")
STORIES = ("vg03", "vg04", "vg07", "vg19", "vg11")
TYPES = ("visitor", "complainant", "customer")
ANSWERS = ("no", "maybe", "yes")


def call(site: Site, path: str, body: object = None) -> dict[str, object]:
    """Call the API of trainings, as somebody with a code."""
    request = Request(  # noqa: S310 - our own service
        f"{site.address.rstrip('/')}/v1/training-sessions/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request) as answer:  # noqa: S310 - same
        found: dict[str, object] = json.load(answer)
    return found


def rate(site: Site, code: str, nickname: str, ratings: str) -> None:
    """Join and answer by the API, which is faster than a hand."""
    secret = call(site, f"{code}/participants", {"nickname": nickname})["participant"]
    items = call(site, code)["items"]
    assert isinstance(items, list)
    for item, rating in zip(items, ratings, strict=True):
        if rating != ".":
            given = dict.fromkeys(("problem", "help_request", "share_in_solution"), ANSWERS[int(rating)])
            about = {"vignette": item["vignette"], "assessment": item["assessment"]}
            kind = TYPES[int(rating)]
            call(
                site, f"{code}/answers", {"participant": secret, **about, **given, "relationship_type": kind}
            )


def begin(page: Page, language: Language, *stories: str) -> str:
    """Begin a training as its trainer, and return its code."""
    page.goto(address("trainings", language))
    for story in stories:
        page.locator(f"input[value={story}]").check()
    page.locator("main form button.wide").click()
    page.wait_for_url(re.compile(r"/[A-Z0-9]{6}$"))
    return page.url.rpartition("/")[2]
