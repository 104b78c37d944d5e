"""What tests of trainings share: a trainer with a session, and people with a code."""

from dataclasses import dataclass
from typing import Any

from tests.support import Caller, answers

STORIES = ("vg03", "vg07", "vg18")
"""Two that are scored and one to talk about: 5 and 3 items."""


@dataclass
class Training:
    """A session of a trainer. `guest` has no token."""

    trainer: Caller
    guest: Caller
    code: str

    @property
    def path(self) -> str:
        return f"/v1/training-sessions/{self.code}"

    def read(self) -> Any:
        response = self.guest.get(self.path)
        assert response.status_code == 200, response.text
        return response.json()

    def items(self) -> list[tuple[str, int]]:
        return [(item["vignette"], item["assessment"]) for item in self.read()["items"]]

    def join(self, nickname: str) -> str:
        response = self.guest.post(f"{self.path}/participants", {"nickname": nickname})
        assert response.status_code == 201, response.text
        return str(response.json()["participant"])

    def answer(self, participant: str, item: tuple[str, int], code: str, type_: str | None) -> Any:
        return self.guest.post(f"{self.path}/answers", body_of(participant, item, code, type_))

    def change(self, state: str, tag: str = "*") -> Any:
        return self.trainer.patch(self.path, {"state": state}, headers={"If-Match": tag})

    def agreement(self, who: Caller | None = None) -> Any:
        return (who or self.trainer).get(f"{self.path}/agreement")


def body_of(participant: str, item: tuple[str, int], code: str, type_: str | None) -> dict[str, Any]:
    """What goes in for one answer; `code` is such as `yyn`."""
    return {
        "participant": participant,
        "vignette": item[0],
        "assessment": item[1],
        **answers(code),
        "relationship_type": type_,
    }


def begin(callers: dict[str, Caller], *stories: str) -> Training:
    """Let tess begin a training."""
    response = callers["tess"].post(
        "/v1/training-sessions", {"vignettes": list(stories or STORIES), "language": "en"}
    )
    assert response.status_code == 201, response.text
    return Training(callers["tess"], callers["nobody"], response.json()["code"])
