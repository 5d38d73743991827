import dataclasses
import re

import pytest

from stepsmith.sandboxes.images import Image

PLAIN = Image(name="python", warm=("import json",))


def test_a_key_is_the_name_and_a_digest_and_the_same_every_time() -> None:
    assert re.fullmatch(r"python-[0-9a-f]{12}", PLAIN.key)
    assert dataclasses.replace(PLAIN).key == PLAIN.key


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(PLAIN, name="other"),
        dataclasses.replace(PLAIN, warm=()),
        dataclasses.replace(PLAIN, warm=("import", " json")),
        dataclasses.replace(PLAIN, warm=("import json", "")),
        dataclasses.replace(PLAIN, packages=True),
    ],
)
def test_whatever_a_program_could_notice_changes_the_key(other: Image) -> None:
    assert other.key != PLAIN.key


def test_another_version_of_a_package_is_another_key_where_it_can_be_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numeric = Image(name="numeric", packages=True)
    before = (PLAIN.key, numeric.key)
    monkeypatch.setattr("stepsmith.sandboxes.images._installed", lambda: ("numpy==0",))
    assert PLAIN.key == before[0]
    assert numeric.key != before[1]


def test_the_interpreter_is_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = PLAIN.key
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert PLAIN.key != before
