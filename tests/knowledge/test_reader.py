import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from app.domain.texts import Text
from app.knowledge.reader import KnowledgeError, Record, read


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def _record(**values: Any) -> Record:
    return Record("some.toml, entry 'x'", values, "x")


def test_record_is_called_by_its_identity_or_else_by_its_place() -> None:
    assert [_record().identity, Record("some.toml", {}).identity] == ["x", "some.toml"]


def test_fail_says_where_it_is() -> None:
    assert str(_record().fail("is odd")) == "some.toml, entry 'x': is odd"


@pytest.mark.parametrize(
    ("value", "kind"),
    [("a", str), ("", str), (3, int), (0, int), (True, bool), (False, bool), ([], list), ({}, dict)],
)
def test_take_gives_a_value_of_the_kind_asked_for(value: object, kind: type[Any]) -> None:
    record = _record(key=value)
    assert record.take("key", kind) == value
    record.end()


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        # Not there.
        ({}, str, "'key' is missing"),
        ({"other": "a"}, str, "'key' is missing"),
        # Of another kind.
        ({"key": 3}, str, "'key' has to be a str"),
        ({"key": "3"}, int, "'key' has to be a int"),
        ({"key": 3.0}, int, "'key' has to be a int"),
        # Python takes true for a number; people do not.
        ({"key": True}, int, "'key' has to be a int"),
        ({"key": 1}, bool, "'key' has to be a bool"),
    ],
)
def test_take_refuses_what_is_missing_or_of_another_kind(
    values: dict[str, object], kind: type[Any], message: str
) -> None:
    with pytest.raises(KnowledgeError) as caught:
        _record(**values).take("key", kind)
    assert str(caught.value) == f"some.toml, entry 'x': {message}"


def test_take_gives_a_value_once() -> None:
    record = _record(key="a")
    record.take("key", str)
    assert "key" not in record
    with pytest.raises(KnowledgeError, match="'key' is missing"):
        record.take("key", str)


def test_contains_looks_and_takes_nothing() -> None:
    record = _record(key="a")
    assert ("key" in record, "other" in record) == (True, False)
    assert record.string("key") == "a"


@pytest.mark.parametrize("empty", ["", " ", "\t\n"])
def test_string_refuses_what_is_empty(empty: str) -> None:
    with pytest.raises(KnowledgeError, match="'key' is empty"):
        _record(key=empty).string("key")


def test_choice_is_one_of_an_enumeration() -> None:
    assert _record(key="red").choice("key", Colour) is Colour.RED
    with pytest.raises(KnowledgeError, match="'key' has to be one of red, blue"):
        _record(key="RED").choice("key", Colour)


def test_text_is_in_both_languages() -> None:
    assert _record(key={"nl": "ja", "en": "yes"}).text("key") == Text(nl="ja", en="yes")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        # One language is not enough, a third is too much.
        ({"nl": "ja"}, "some.toml, entry 'x', key: 'en' is missing"),
        ({"en": "yes"}, "some.toml, entry 'x', key: 'nl' is missing"),
        ({"nl": "ja", "en": "yes", "de": "ja"}, "some.toml, entry 'x', key: unknown: de"),
        ({"nl": "ja", "en": " "}, "some.toml, entry 'x', key: 'en' is empty"),
        ("yes", "some.toml, entry 'x': 'key' has to be a dict"),
    ],
)
def test_text_refuses_anything_but_both_languages(value: object, message: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        _record(key=value).text("key")
    assert str(caught.value) == message


def test_strings_are_different_texts() -> None:
    assert _record(key=["b", "a"]).strings("key") == ("b", "a")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a", "'key' has to be a list"),
        (["a", 1], "'key' has to be a list of texts"),
        (["a", ""], "'key' has to be a list of texts"),
        (["a", "b", "a"], "'key' names something twice"),
    ],
)
def test_strings_refuse_anything_else(value: object, message: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        _record(key=value).strings("key")
    assert str(caught.value) == f"some.toml, entry 'x': {message}"


def test_items_are_all_that_is_left_as_records() -> None:
    record = _record(taken="a", one={"a": "1"}, two={"b": "2"})
    record.string("taken")
    assert {key: inner.where for key, inner in record.items()} == {
        "one": "some.toml, entry 'x', one",
        "two": "some.toml, entry 'x', two",
    }
    record.end()


def test_records_are_called_by_identity_or_else_by_number() -> None:
    file = Record("some.toml", {"thing": [{"id": "a"}, {"size": 2}], "source": [{"code": "S1"}]})
    assert [one.where for one in file.records("thing")] == [
        "some.toml, thing 'a'",
        "some.toml, thing 'number 2'",
    ]
    assert [one.identity for one in file.records("source", identity="code")] == ["S1"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"id": "a"}, "some.toml: 'thing' has to be a list"),
        (["a"], "some.toml: 'thing' has to be a list of tables"),
        ([{"id": "a"}, {"id": "b"}, {"id": "a"}], "some.toml: thing 'a' is there twice"),
    ],
)
def test_records_refuse_what_is_no_list_of_different_tables(value: object, message: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        list(Record("some.toml", {"thing": value}).records("thing"))
    assert str(caught.value) == message


def test_end_complains_about_everything_that_nobody_asked_for() -> None:
    with pytest.raises(KnowledgeError) as caught:
        _record(size=1, colour="red").end()
    assert str(caught.value) == "some.toml, entry 'x': unknown: colour, size"


def test_read_calls_a_file_by_its_place(tmp_path: Path) -> None:
    file = tmp_path / "rules" / "some.toml"
    file.parent.mkdir()
    file.write_text('size = 2\nname = "één"\n', encoding="utf-8")
    record = read(file, tmp_path)
    assert (record.where, record.take("size", int), record.string("name")) == ("rules/some.toml", 2, "één")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        # No file at all.
        (None, FileNotFoundError),
        # No TOML.
        (b"size = ", tomllib.TOMLDecodeError),
        # The same key twice.
        (b"size = 1\nsize = 2\n", tomllib.TOMLDecodeError),
        # No UTF-8.
        (b'name = "\xe9\xe9n"\n', UnicodeDecodeError),
    ],
)
def test_read_names_the_file_that_cannot_be_read(
    tmp_path: Path, content: bytes | None, cause: type[Exception]
) -> None:
    if content is not None:
        (tmp_path / "some.toml").write_bytes(content)
    with pytest.raises(KnowledgeError) as caught:
        read(tmp_path / "some.toml", tmp_path)
    assert type(caught.value.__cause__) is cause
    assert str(caught.value) == f"some.toml: cannot be read: {caught.value.__cause__}"
