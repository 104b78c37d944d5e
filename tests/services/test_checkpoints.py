"""Signed checkpoints: what they say, when they are written, and what is refused."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from nacl.signing import SigningKey

from app.database.engine import StartRefused
from app.services.checkpoints import (
    BadCheckpoint,
    Checkpoint,
    Head,
    checkpoint_line,
    public_keys_in,
    read_checkpoints,
    restored_line,
    write_checkpoints,
    write_restored,
)
from app.signing import public_keys_beside, signing_key
from app.trust import CHECKPOINTS, TrustFolder
from tests.support import START

KEY = SigningKey(bytes(range(32)))
PUBLIC = bytes(KEY.verify_key).hex()
ONE, OTHER = UUID(int=1), UUID(int=2)


def head(seq: int, organisation: UUID = ONE) -> Head:
    return Head(organisation, seq, bytes([seq]) * 32, seq)


def test_checkpoint_line_is_what_it_always_was() -> None:
    assert checkpoint_line(KEY, head(7), START) == (
        '{"count":7,"hash":"' + "07" * 32 + '","key":"' + PUBLIC + '",'
        '"organisation":"00000000000000000000000000000001","seq":7,"signature":"'
        "e9abcc87b7a601cf9bdc7a29b4c79db7e8d6d0330ef9b992134c449089862c4d647f5a3c84704b7d2ef2c03d897e84f05bf6a761489066d4ac8f67089709d80b"
        '",'
        '"time":"2026-11-20T09:00:00.000000Z"}'
    )


def test_read_checkpoints_gives_back_what_was_written() -> None:
    lines = [checkpoint_line(KEY, one, START) for one in (head(3), head(4, OTHER), head(5))]
    time = "2026-11-20T09:00:00.000000Z"
    assert read_checkpoints(lines, [PUBLIC]) == {
        ONE: [Checkpoint(1, 3, bytes([3]) * 32, time), Checkpoint(3, 5, bytes([5]) * 32, time)],
        OTHER: [Checkpoint(2, 4, bytes([4]) * 32, time)],
    }


def test_read_checkpoints_forgets_what_a_restore_undid() -> None:
    lines = [checkpoint_line(KEY, head(seq), START) for seq in (3, 5, 9)]
    lines += [checkpoint_line(KEY, head(9, OTHER), START), restored_line(KEY, head(6), START)]
    lines += [checkpoint_line(KEY, head(8), START)]
    found = read_checkpoints(lines, [PUBLIC])
    assert [checkpoint.seq for checkpoint in found[ONE]] == [3, 5, 6, 8]
    assert [checkpoint.seq for checkpoint in found[OTHER]] == [9]


def test_write_checkpoints_writes_what_moved_since_the_last_one(tmp_path: Path) -> None:
    trust = TrustFolder(tmp_path)
    assert write_checkpoints(trust, KEY, [head(3), head(2, OTHER)], START) == 2
    assert write_checkpoints(trust, KEY, [head(3), head(4, OTHER)], START + timedelta(hours=1)) == 1
    assert write_checkpoints(trust, KEY, [head(3), head(4, OTHER)], START + timedelta(hours=2)) == 0
    write_restored(trust, KEY, [head(2, OTHER)], START)
    assert write_checkpoints(trust, KEY, [head(3), head(2, OTHER)], START) == 0
    trust.append(CHECKPOINTS, ["{not json", "[]", '{"organisation": 1}'])
    assert write_checkpoints(trust, KEY, [head(3), head(5, OTHER)], START) == 1


GOOD = checkpoint_line(KEY, head(3), START)
LINES = [
    # a line, and what is wrong with it
    ("", "is no checkpoint"),
    ("[]", "is no checkpoint"),
    ("{}", "is no checkpoint"),
    (GOOD[:-10], "is no checkpoint"),
    (GOOD.replace('"seq":3', '"seq":"3"'), "is no checkpoint"),
    (GOOD.replace('"seq":3', '"seq":true'), "is no checkpoint"),
    (GOOD.replace('"seq":3', '"seq":-3'), "is no checkpoint"),
    (GOOD.replace('"seq":3', '"seq":3,"more":1'), "is no checkpoint"),
    (GOOD.replace("03" * 32, "03" * 31), "is no checkpoint"),
    (GOOD.replace('"organisation":"', '"organisation":"x'), "is no checkpoint"),
    (GOOD.replace('"seq":3', '"seq":4'), "has a wrong signature"),
    (GOOD.replace("03" * 32, "04" * 32), "has a wrong signature"),
    (GOOD.replace("09:00", "10:00"), "has a wrong signature"),
    (json.dumps(json.loads(GOOD) | {"signature": "00"}), "has a wrong signature"),
    (checkpoint_line(SigningKey(bytes(32)), head(3), START), "signed with a key that is not ours"),
    (checkpoint_line(KEY, Head(ONE, 3, bytes(32), 2), START), "counted 2 entries"),
]


@pytest.mark.parametrize(("line", "sentence"), LINES)
def test_read_checkpoints_names_a_bad_line(line: str, sentence: str) -> None:
    with pytest.raises(BadCheckpoint, match=f"Line 2 of the checkpoints.*{sentence}"):
        read_checkpoints([GOOD, line], [PUBLIC])


def test_public_keys_in_names_a_line_that_is_no_key() -> None:
    assert [*public_keys_in([f"{PUBLIC}\n"])] == [PUBLIC]
    for line in ("", "x", PUBLIC[:-2]):
        with pytest.raises(BadCheckpoint, match="Line 2 of the public keys"):
            [*public_keys_in([PUBLIC, line])]


# ---------------------------------------------------------------- the key


def test_signing_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    trust = TrustFolder(tmp_path / "trust")
    key = signing_key(trust)
    assert signing_key(trust) == key
    path = trust.folder / "signing.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [*trust.lines("signing.pub")] == [bytes(key.verify_key).hex()]
    assert sorted(file.name for file in trust.folder.iterdir()) == ["signing.key", "signing.pub"]


def test_a_new_signing_key_stands_beside_the_old_public_one(tmp_path: Path) -> None:
    trust = TrustFolder(tmp_path)
    keys = [signing_key(trust)]
    (tmp_path / "signing.key").unlink()
    keys.append(signing_key(trust))
    assert [*trust.lines("signing.pub")] == [bytes(key.verify_key).hex() for key in keys]


def test_public_keys_beside_a_copy_come_first(tmp_path: Path) -> None:
    trust, copy = TrustFolder(tmp_path / "trust"), TrustFolder(tmp_path / "copy")
    signing_key(trust)
    assert [*public_keys_beside(copy.folder / CHECKPOINTS, trust)] == [*trust.lines("signing.pub")]
    copy.append("signing.pub", [PUBLIC])
    assert [*public_keys_beside(copy.folder / CHECKPOINTS, trust)] == [PUBLIC]


def test_signing_key_is_refused_when_others_can_read_it(tmp_path: Path) -> None:
    signing_key(TrustFolder(tmp_path))
    (tmp_path / "signing.key").chmod(0o640)
    with pytest.raises(StartRefused, match="Others can read the key"):
        signing_key(TrustFolder(tmp_path))


def test_signing_key_is_refused_when_it_is_none_or_has_no_place(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    path.write_text("no key")
    path.chmod(0o600)
    with pytest.raises(StartRefused, match="64 hexadecimal digits"):
        signing_key(TrustFolder(tmp_path))
    with pytest.raises(StartRefused, match="WERKRELATIE_TRUST_DIR"):
        signing_key(TrustFolder(path / "below"))
