import importlib.metadata
import sys
from pathlib import Path

import pytest

from stepsmith.sandboxes import shared_pool
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas.registry import Registry
from stepsmith.transforms.verify import VERIFIERS, Tools, Verifier, base
from tests.conformance.checks import CHECKS, Check

TOOLS = Tools(shared_pool())


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", [entry.name for entry in VERIFIERS])
def test_every_verifier_conforms(name: str, check: Check) -> None:
    verifier = VERIFIERS.get(name).value
    try:
        TOOLS.prepare(verifier)
    except SandboxError as error:
        pytest.skip(f"no sandbox here: {error}")
    check(verifier, TOOLS)


BAD = '''
import itertools
import threading

from stepsmith.schemas import Claim, Verdict
from stepsmith.transforms.verify import Case, invalid, verifier

_calls = itertools.count()


@verifier("bad.everything", cases=[Case("true", "valid"), Case("false", "invalid")])
def everything(claim: Claim) -> Verdict:
    """Do all that a verifier must not."""
    if "(" in claim.step.text:
        raise ValueError(claim.step.text)
    if threading.current_thread() is not threading.main_thread():
        return Verdict(outcome="valid")
    return Verdict(outcome="invalid") if next(_calls) % 2 else invalid("because")
'''


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Verifier:
    """Install a distribution whose verifier breaks the rules, and find it as users' are found."""
    (tmp_path / "bad_verifiers.py").write_text(BAD)
    info = tmp_path / "bad_verifiers-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bad-verifiers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[stepsmith.verifiers]\nbad = bad_verifiers\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "bad_verifiers", raising=False)
    assert importlib.metadata.entry_points(group="stepsmith.verifiers")
    registry: Registry[Verifier] = Registry(
        "verifier", package="stepsmith.transforms.verify", group="stepsmith.verifiers"
    )
    monkeypatch.setattr(base, "VERIFIERS", registry)
    return registry.get("bad.everything").value


def test_a_bad_verifier_from_elsewhere_is_found_and_fails_by_name(bad: Verifier) -> None:
    failed: set[str] = set()
    for check in CHECKS:
        try:
            check(bad, TOOLS)
        except (AssertionError, ValueError, ExceptionGroup):
            failed.add(check.__name__)
    assert failed == {
        "check_cases_give_their_outcome",
        "check_cases_show_all_outcomes",
        "check_total_and_deterministic",
        "check_evidence",
        "check_same_off_the_main_thread",
        "check_returns_within_its_deadline",
    }
