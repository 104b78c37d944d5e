"""What an assessment showed stays as it was, whatever an organisation adds, changes, retires or hides."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from app.database import Database, OrganisationSession, transaction
from app.domain.advice import NOTICE
from app.domain.roles import Permission
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.models.assessments import AssessmentCreate
from app.models.own_approach import HiddenEntryCreate, OwnEntryCreate, OwnEntryVersionCreate
from app.services import own_approach
from app.services.assessment_reads import read_assessment
from app.services.assessments import record
from app.services.ledger import hold
from app.services.trail import Trail
from app.services.versions import Versions
from app.services.work import Work
from tests.support import START, People, assessment

ANY = Versions(frozenset("*"))
CODES = ("yyn", "nnn", "yyy", "uyy", "ymu", "nyn", "yuu")


class House:
    """An organisation that records, and changes its approach in between."""

    def __init__(self, database: Database, people: People, knowledge: Knowledge) -> None:
        self.database, self.people, self.knowledge = database, people, knowledge
        self.now = START
        self.entries: list[UUID] = []

    @contextmanager
    def work(self, name: str = "anna", language: Language = Language.EN) -> Iterator[Work]:
        with (
            transaction(self.database, write=True) as connection,
            OrganisationSession(connection, self.people.organisation.id) as session,
        ):
            trail = Trail(Permission.MANAGE_APPROACH)
            yield Work(session, self.people.users[name], self.now, language, self.knowledge, trail)
            session.flush()

    def record(self, code: str, thread: str = "signing") -> UUID:
        body = assessment(answers=code, concern={"reference": thread}, held_at=START - timedelta(days=1))
        with self.work() as work:
            return record(work, AssessmentCreate.model_validate(body))[0].id

    def add(self, **changes: Any) -> UUID:
        with self.work("sam") as work:
            added = own_approach.add_own_entry(work, OwnEntryCreate.model_validate(entry(**changes)))
        self.entries.append(added.id)
        return added.id

    def change(self, id_: UUID, **changes: Any) -> None:
        body = OwnEntryVersionCreate.model_validate(entry(**changes))
        with self.work("sam") as work:
            own_approach.change_own_entry(work, id_, body, ANY)

    def hide(self, entry_id: str, *, hidden: bool) -> None:
        with self.work("sam") as work:
            decided = own_approach.list_hidden_entries(work)
            before = [one.hidden for one in decided if one.entry_id == entry_id]
            if hidden != (before or [False])[-1]:
                own_approach.hide_entry(work, HiddenEntryCreate(entry_id=entry_id, hidden=hidden))

    def shows(self, id_: UUID) -> bytes:
        """Return what an assessment says, in both languages, to the byte.

        Without its signals: they are of its whole thread, and follow what is recorded later.
        """
        said = b""
        for language in Language:
            with self.work(language=language) as work:
                said += read_assessment(work, id_)[0].model_dump_json(exclude={"signals"}).encode()
        return said

    def entries_of(self, id_: UUID) -> list[str]:
        with self.work() as work:
            found, _ = read_assessment(work, id_)
        return [one.id for one in found.classification.approach.entries]


def entry(**changes: Any) -> dict[str, Any]:
    texts = {"nl": "Vraag eerst naar gisteren.", "en": "Ask about yesterday first."}
    return {"kind": "question", "for": ["complainant"], "text": texts, **changes}


@pytest.fixture
def house(database: Database, people: People, knowledge: Knowledge) -> House:
    return House(database, people, knowledge)


# ---------------------------------------------------------------- what is shown, and from when


def test_an_own_entry_is_shown_from_its_moment_on(house: House) -> None:
    before = house.record("yyn")
    id_ = house.add()
    own = own_approach.entry_id_of(id_)
    house.now += NOTICE - timedelta.resolution
    just_before = house.record("yyn")
    house.now += timedelta.resolution
    after = house.record("yyn")
    other_type = house.record("nnn")
    assert [own in house.entries_of(one) for one in (before, just_before, after, other_type)] == [
        *(False, False, True, False)
    ]
    assert house.entries_of(after) == [*house.entries_of(before), own]


def test_an_entry_for_several_types_is_shown_once(house: House) -> None:
    id_ = house.add(**{"for": ["unclear", "visitor", "complainant"]})
    task = house.add(kind="task", **{"for": ["visitor"]})
    house.now += NOTICE
    # Without a type there is no task, also where a visitor relationship is acted on.
    for code, of_task in (("yyn", 0), ("nnn", 1), ("nyy", 0), ("uuu", 0)):
        shown = house.entries_of(house.record(code, thread=code))
        assert shown.count(own_approach.entry_id_of(id_)) == 1, code
        assert shown.count(own_approach.entry_id_of(task)) == of_task, code


def test_what_is_hidden_is_left_out_and_comes_back(house: House) -> None:
    shown = house.entries_of(house.record("yyn"))
    house.hide("com-ta-03", hidden=True)
    house.now += NOTICE
    hidden = house.entries_of(house.record("yyn"))
    house.hide("com-ta-03", hidden=False)
    house.now += NOTICE
    assert set(shown) - set(hidden) == {"com-ta-03"}
    assert house.entries_of(house.record("yyn")) == shown


def test_the_next_question_is_not_one_that_is_hidden(house: House, knowledge: Knowledge) -> None:
    house.hide("unc-qu-03", hidden=True)
    house.now += NOTICE
    id_ = house.record("yuy")
    with house.work() as work:
        found, _ = read_assessment(work, id_)
    question = found.classification.next_question
    assert question is not None
    assert question.entry_id is None
    assert question.text == knowledge.current.questions[question.about].plain.en


def test_a_later_version_takes_the_place_of_one_that_is_still_to_begin(house: House) -> None:
    id_ = house.add()
    house.change(id_, active_from=START + timedelta(days=30), kind="pitfall")
    house.change(id_, active_from=START + timedelta(days=2), retired=True)
    own = own_approach.entry_id_of(id_)
    found = []
    for days in (1, 3, 31):
        house.now = START + timedelta(days=days)
        found.append(own in house.entries_of(house.record("yyn", thread=str(days))))
    assert found == [True, False, False]


def test_it_begins_after_what_was_recorded_even_when_the_clock_went_back(house: House) -> None:
    house.now = START + timedelta(days=1)
    id_ = house.record("yyn")
    with house.work() as work:  # what the recording leaves at the end of its transaction
        hold(work.session, work.now)
    said = house.shows(id_)
    house.now = START
    house.add()
    house.hide("com-st-01", hidden=True)
    house.now = START + timedelta(days=2)
    assert house.shows(id_) == said


def test_the_rules_as_released_stay_as_they_were(house: House, knowledge: Knowledge) -> None:
    ids = [one.id for one in knowledge.current.entries]
    house.add()
    house.hide("com-st-01", hidden=True)
    house.now += NOTICE
    house.record("yyn")
    assert [one.id for one in knowledge.current.entries] == ids
    with house.work() as work:
        layer = own_approach.own_approach(work).at(house.now)
    assert layer.over(knowledge.current) is layer.over(knowledge.current)
    assert replace(layer, own=(), hidden=frozenset()).over(knowledge.current) is knowledge.current


# ---------------------------------------------------------------- the hot path


def test_an_organisation_without_a_layer_pays_one_look_up(house: House) -> None:
    counted = []
    for _ in range(2):
        with house.work() as work:
            asked: list[str] = []
            event.listen(
                work.session.connection(),
                "before_cursor_execute",
                lambda *told, into=asked: into.append(told[2]),
            )
            record(work, AssessmentCreate.model_validate(assessment()))
        counted.append([one for one in asked if "own_entry" in one or "hidden_entry" in one])
    assert [len(one) for one in counted] == [1, 1]


# ---------------------------------------------------------------- never changing what was shown

STEPS = ("record", "add", "change", "retire", "hide", "show")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("database", ["embedded"], indirect=True)
def test_what_was_shown_stays_to_the_byte(house: House, seed: int) -> None:
    _play(house, Random(seed).choice)  # noqa: S311 - no secret


def test_what_was_shown_stays_to_the_byte_on_both_databases(house: House) -> None:
    steps = iter(["record", *STEPS, *STEPS, "record", *STEPS[::-1]] * 2)
    _play(house, lambda choices: next(steps, choices[0]) if choices == STEPS else choices[-1])


def _play(house: House, choose: Callable[[tuple[Any, ...]], Any]) -> None:
    shown: dict[UUID, bytes] = {}
    waits = (timedelta(0), timedelta.resolution, NOTICE, timedelta(days=3))
    for _ in range(14):
        later = house.now + NOTICE + choose(waits)
        match choose(STEPS):
            case "record":
                id_ = house.record(choose(CODES), thread=choose(("signing", "money")))
                shown[id_] = house.shows(id_)
            case "add":
                house.add(active_from=later, kind=choose(("question", "task", "stance")))
            case "change" | "retire" as step if house.entries:
                text = {"nl": f"Anders {later}.", "en": f"Otherwise {later}."}
                house.change(
                    choose((*house.entries,)), text=text, active_from=later, retired=step == "retire"
                )
            case "hide":
                house.hide(choose(("com-st-01", "unc-qu-03", "vis-ta-01")), hidden=True)
            case "show":
                house.hide(choose(("com-st-01", "unc-qu-03", "vis-ta-01")), hidden=False)
            case _:
                pass
        house.now += choose(waits)
        for id_, said in shown.items():
            # The step into it can change when something is recorded before it; nothing is, here.
            assert house.shows(id_) == said
