"""Whatever is wrong in a version of the rules, it is refused with the file, the entry and the reason."""

from pathlib import Path

import pytest

from tests.knowledge.support import complaint, edit

SCHEMA = "rulesets/2026.1/schema.toml"
APPROACHES = "rulesets/2026.1/approaches.toml"
COMPOSITION = "rulesets/2026.1/composition.toml"

OTHER_ID = "the id has to be the first letters of three known answers"
TYPE_AND_CLARITY = "a type goes with 'clear' and 'leaning', and with nothing else"
NO_INCOMPLETE = "three known answers are not incomplete, and leave something to defend"
ACT_AS = "'act_as' has to be the type, or without a type a possible one or visitor"
OTHERS = "'also_possible' names other types than the row's own"
ONE_OF_THE_TYPES = "has to be one of visitor, complainant, customer"
OTHER_ORDER = "'order' is not the place of problem in the order of asking"
NOT_AN_AUDIENCE = "is not something an entry can be for"


@pytest.mark.parametrize(
    ("rule", "old", "new", "reason"),
    [
        # A key is missing, or its value is of another kind.
        ("nny", 'act_as = "visitor"\n', "", ", rule 'nny': 'act_as' is missing"),
        ("nnm", "discussion = true", 'discussion = "yes"', ", rule 'nnm': 'discussion' has to be a bool"),
        ("nny", '"possibly_resolved"', "7", ", rule 'nny': 'pattern' has to be a str"),
        # A text is empty, or in one language only.
        ("nny", '"An own part', '" "  # ', ", rule 'nny', why: 'en' is empty"),
        ("nny", "why.nl", "why.de", ", rule 'nny', why: 'nl' is missing"),
        # Two rows with one id; an id that says something else than the answers.
        ("nny", '"nny"', '"nnn"', ": rule 'nnn' is there twice"),
        ("nny", '"nny"', '"xyz"', f", rule 'xyz': {OTHER_ID}"),
        # Rows with an unknown answer are worked out, not written down.
        ("nny", 'problem = "no"', 'problem = "unknown"', f", rule 'nny': {OTHER_ID}"),
        ("nny", '"no"', '"never"', ", rule 'nny': 'problem' has to be one of yes, maybe, no, unknown"),
        # A type that does not exist.
        ("nnn", 'type = "visitor"', 'type = "guest"', f", rule 'nnn': 'type' {ONE_OF_THE_TYPES}"),
        ("nnn", 'act_as = "visitor"', 'act_as = "guest"', f", rule 'nnn': 'act_as' {ONE_OF_THE_TYPES}"),
        ("mmm", '"complainant"]', '"guest"]', ", rule 'mmm': 'guest' is not a type"),
        # A type where nothing can be said; none where it is clear.
        ("mmm", "clarity", 'type = "visitor"\nclarity', f", rule 'mmm': {TYPE_AND_CLARITY}"),
        ("nny", "clarity", 'type = "visitor"\nclarity', f", rule 'nny': {TYPE_AND_CLARITY}"),
        ("nnn", 'type = "visitor"\n', "", f", rule 'nnn': {TYPE_AND_CLARITY}"),
        # Three known answers that are called incomplete, or leave nothing to defend.
        ("nny", '"contradictory"', '"incomplete"', f", rule 'nny': {NO_INCOMPLETE}"),
        ("nny", 'also_possible = ["visitor"]', "also_possible = []", f", rule 'nny': {NO_INCOMPLETE}"),
        # A row of one type with the approach of another, and a row that leaves open what it says itself.
        ("nnn", 'act_as = "visitor"', 'act_as = "customer"', f", rule 'nnn': {ACT_AS}"),
        ("nny", 'act_as = "visitor"', 'act_as = "customer"', f", rule 'nny': {ACT_AS}"),
        ("nnn", "also_possible = []", 'also_possible = ["visitor"]', f", rule 'nnn': {OTHERS}"),
        # A pattern that is not described.
        ("nny", '"possibly_resolved"', '"solved"', ", rule 'nny': pattern 'solved' is not described"),
        # A source that is not in the list, one that is there twice, none at all.
        ("nny", '["inf"]', '["inf", "X99", "X98"]', ", rule 'nny': unknown source: X98, X99"),
        ("nny", '["inf"]', '["inf", "inf"]', ", rule 'nny': 'sources' names something twice"),
        ("nny", '["inf"]', "[]", ", rule 'nny': names no source"),
    ],
)
def test_load_rulesets_refuses_a_wrong_row(root: Path, rule: str, old: str, new: str, reason: str) -> None:
    edit(root / SCHEMA, f'id = "{rule}"', old, new)
    assert complaint(root) == f"{SCHEMA}{reason}"


@pytest.mark.parametrize(
    ("entry", "old", "new", "reason"),
    [
        # A text is empty, or there is a language too many.
        ("[[question]]", '"Probleem"', '" "', ", question 'problem', label: 'nl' is empty"),
        ("[[question]]", "label.nl", 'label.de = "P"\nlabel.nl', ", question 'problem', label: unknown: de"),
        # Another order of asking than the program has.
        ("[[question]]", "order = 1", "order = 2", f", question 'problem': {OTHER_ORDER}"),
        ("[[question]]", "order = 1", "order = 0", f", question 'problem': {OTHER_ORDER}"),
        ("[[question]]", "order = 1", "order = true", ", question 'problem': 'order' has to be a int"),
        # A meaning too few, a meaning too many.
        (
            "[[question]]",
            "meaning.no.en",
            "meaning.no.de",
            ", question 'problem', meaning, no: 'en' is missing",
        ),
        (
            "[[question]]",
            "not_this",
            'meaning.nay.en = "Nay"\nnot_this',
            ", question 'problem', meaning: unknown: nay",
        ),
        # Something that the program does not know.
        ("[[type]]", '"visitor"', '"guest"', f", type 'guest': 'id' {ONE_OF_THE_TYPES}"),
        # Two that are the same.
        ('id = "yes"', '"maybe"', '"yes"', ": answer 'yes' is there twice"),
        ("[[pattern]]", '"opening"', '"canonical"', ": pattern 'canonical' is there twice"),
        # A source that is not in the list.
        ("[[type]]", '"BAN"', '"X99"', ", type 'visitor': unknown source: X99"),
        # The file as a whole: another version than its folder, or more than belongs in it.
        ("", '"2026.1"', '"2026.9"', ": version 2026.9 stands in the folder 2026.1"),
        ("", "version =", 'colour = "red"\nversion =', ": unknown: colour"),
    ],
)
def test_load_rulesets_refuses_a_wrong_schema(
    root: Path, entry: str, old: str, new: str, reason: str
) -> None:
    edit(root / SCHEMA, entry, old, new)
    assert complaint(root) == f"{SCHEMA}{reason}"


@pytest.mark.parametrize(
    ("file", "table", "where"),
    [
        (SCHEMA, "[[question]]", ", question 'problem'"),
        (SCHEMA, "[[answer]]", ", answer 'yes'"),
        (SCHEMA, "[[type]]", ", type 'visitor'"),
        (SCHEMA, "[[clarity]]", ", clarity 'clear'"),
        (SCHEMA, "[[pattern]]", ", pattern 'canonical'"),
        (SCHEMA, "[[rule]]", ", rule 'nnn'"),
        (APPROACHES, "[[entry]]", ", entry 'vis-st-01'"),
        (APPROACHES, "[[law]]", ", law 'law-1'"),
        (APPROACHES, "[[task_kind]]", ", task_kind 'none'"),
        (COMPOSITION, "[[law_choice]]", ", law_choice 'number 1'"),
        (COMPOSITION, "[sentence.why_open]", ", sentence, why_open"),
    ],
)
def test_load_rulesets_refuses_an_unknown_key_in_any_table(
    root: Path, file: str, table: str, where: str
) -> None:
    edit(root / file, table, table, f'{table}\ncolour = "red"')
    assert complaint(root) == f"{file}{where}: unknown: colour"


def test_load_rulesets_refuses_an_unknown_sentence(root: Path) -> None:
    edit(root / COMPOSITION, "[sentence", "[sentence", '[sentence.hello]\nen = "Hi"\nnl = "Dag"\n[sentence')
    assert complaint(root) == f"{COMPOSITION}, sentence: unknown: hello"


OBSERVATION = '[[task_kind]]\nid = "observation"'


@pytest.mark.parametrize(
    ("entry", "old", "new", "reason"),
    [
        # Entries: two with one id, an unknown source, one language, an unknown kind or audience.
        ("[[entry]]", '"vis-st-02"', '"vis-st-01"', ": entry 'vis-st-01' is there twice"),
        ("[[entry]]", '"BAN"', '"X99"', ", entry 'vis-st-01': unknown source: X99"),
        ("[[entry]]", "nl =", "de =", ", entry 'vis-st-01': 'nl' is missing"),
        (
            "[[entry]]",
            '"stance"',
            '"posture"',
            ", entry 'vis-st-01': 'kind' has to be one of stance, question, task, pitfall, signal",
        ),
        # Conditions: something that cannot be asked for, or in another form.
        ('id = "com-ta-02"', "share_in_solution", "share", ", entry 'com-ta-02', when: unknown: share"),
        (
            'id = "com-ta-02"',
            '"maybe" }',
            '"often" }',
            ", entry 'com-ta-02', when: 'share_in_solution' has to be one of yes, maybe, no, unknown",
        ),
        (
            'id = "tr-st-01"',
            "in_a_row = 3",
            'in_a_row = "3"',
            ", entry 'tr-st-01', when: 'same_type_in_a_row' has to be a int",
        ),
        # Laws: for somebody who does not exist; two with one id; no source.
        ("[[law]]", '"unclear"', '"vague"', f", law 'law-1': 'vague' {NOT_AN_AUDIENCE}"),
        ("[[law]]", '"law-2"', '"law-1"', ": law 'law-1' is there twice"),
        ("[[law]]", '["S002", "inf"]', "[]", ", law 'law-1': names no source"),
        # Ways to close: two that fit, none that fits, one that both fits and goes wrong.
        (OBSERVATION, "fits = [", 'fits = ["visitor", ', ": exactly one task_kind has to fit 'visitor'"),
        (OBSERVATION, '["complainant"]', "[]", ": exactly one task_kind has to fit 'complainant'"),
        (
            OBSERVATION,
            "mismatch",
            'mismatch.complainant = { en = "No", nl = "Nee" }\nmismatch',
            ": task_kind 'observation' has to fit 'complainant' or say what goes wrong",
        ),
        (OBSERVATION, '"complainant"', '"vague"', f", task_kind 'observation': 'vague' {NOT_AN_AUDIENCE}"),
        # The file as a whole: more than belongs in it.
        ("[[entry]]", "[[entry]]", 'colour = "red"\n[[entry]]', ": unknown: colour"),
    ],
)
def test_load_rulesets_refuses_wrong_approaches(
    root: Path, entry: str, old: str, new: str, reason: str
) -> None:
    edit(root / APPROACHES, entry, old, new)
    assert complaint(root) == f"{APPROACHES}{reason}"


def test_load_rulesets_refuses_a_task_kind_that_neither_fits_nor_goes_wrong(root: Path) -> None:
    lines = (root / APPROACHES).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("mismatch.unclear.")]
    (root / APPROACHES).write_text("\n".join(kept), encoding="utf-8")
    assert complaint(root) == (
        f"{APPROACHES}: task_kind 'observation' has to fit 'unclear' or say what goes wrong"
    )


LAST_BUT_ONE = 'when = { help_request = "maybe" }'


@pytest.mark.parametrize(
    ("entry", "old", "new", "reason"),
    [
        # A law that does not exist, or does not fit where it is chosen.
        ("", 'law = "law-3"', 'law = "law-9"', ", law_choice 'number 2': there is no law 'law-9'"),
        ("", 'law = "law-3"', 'law = "law-4"', ", law_choice 'number 2': law-4 does not fit there"),
        # Chosen for everybody, it has to fit everybody.
        ("", 'law = "law-1"', 'law = "law-2"', ", law_choice 'number 1': law-2 does not fit there"),
        # The last choice is for somebody only, or only sometimes.
        (LAST_BUT_ONE, '"law-1"', '"law-1"\nfor = "visitor"', ": the last law_choice has to hold always"),
        (
            LAST_BUT_ONE,
            '"law-1"',
            '"law-1"\nwhen = { problem = "no" }',
            ": the last law_choice has to hold always",
        ),
        # An unknown condition, an unknown way of coming.
        ("", "help_request", "request", ", law_choice 'number 1', when: unknown: request"),
        (
            "",
            '"mandated"',
            '"forced"',
            ", law_choice 'number 2', when: 'referral' has to be one of voluntary, urged, mandated, outreach",
        ),
        # Sentences and relations: none missing, none extra.
        ("[sentence", "why_open", "why_not", ", sentence: 'why_open' is missing"),
        ("[relation]", "visitor", "guest", ", relation: 'visitor' is missing"),
        (
            "[relation]",
            "visitor",
            'guest = { en = "g", nl = "g" }\nvisitor',
            ", relation: unknown: guest",
        ),
        # The file as a whole: more than belongs in it.
        ("[relation]", "[relation]", 'colour = "red"\n[relation]', ": unknown: colour"),
    ],
)
def test_load_rulesets_refuses_a_wrong_composition(
    root: Path, entry: str, old: str, new: str, reason: str
) -> None:
    edit(root / COMPOSITION, entry, old, new)
    assert complaint(root) == f"{COMPOSITION}{reason}"


def test_load_rulesets_refuses_a_composition_without_laws(root: Path) -> None:
    text = (root / COMPOSITION).read_text(encoding="utf-8")
    (root / COMPOSITION).write_text("law_choice = []\n" + text.split("[[law_choice]]\n")[0], encoding="utf-8")
    assert complaint(root) == f"{COMPOSITION}: the last law_choice has to hold always"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("leads to {types}. It", "leads to {typs}. It"),
        ("leads to {types}. It", "leads to {types. It"),
        ("leads to {types}. It", "leads to a type. It"),
    ],
)
def test_load_rulesets_refuses_a_wrong_placeholder(root: Path, old: str, new: str) -> None:
    edit(root / COMPOSITION, "", old, new)
    assert complaint(root) == (
        f"{COMPOSITION}, sentence: 'why_provisional' needs just these between braces: {{types}}, {{unknown}}"
    )


def test_load_rulesets_refuses_a_condition_that_asks_for_nothing(root: Path) -> None:
    edit(root / APPROACHES, 'id = "com-ta-02"', 'when = { share_in_solution = "maybe" }', "when = {}")
    assert complaint(root).endswith("when: asks for nothing, or for less than one in a row")


def test_load_rulesets_refuses_a_folder_that_is_no_version(root: Path) -> None:
    (root / "rulesets" / "drafts").mkdir()
    assert complaint(root) == "rulesets/drafts: a version is called like 2026.1"
