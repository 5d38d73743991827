"""What must hold of every verifier: one function a rule, each raising `AssertionError`."""

import pickle
import threading
import time
from collections.abc import Callable

import apache_beam as beam
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stepsmith.schemas import Claim, Verdict
from stepsmith.transforms.beam.coders import register_coders
from stepsmith.transforms.beam.verify import Verify
from stepsmith.transforms.verify import Case, Tools, Verifier

DEADLINE_S = 10.0  # of processor time here; no verifier's own deadline is longer
LATEST_S = 120.0  # by the clock, which a busy machine lets run; what hangs takes longer

HOSTILE = (
    "",
    "\0",
    "=" * 5_000,
    "(" * 20_000 + "=" + ")" * 20_000,
    "1+" * 50_000 + "1 = 3",
    r"\boxed{9^{9^{9^{9}}}}",
    r"\boxed{" * 3_000 + "1" + "}" * 3_000,
    "\\boxed{" + "9" * 900 + "!}",
    "#### " + "1" * 100_000,
    "a'" * 10_000 + "1 = 2",
)

Check = Callable[[Verifier, Tools], None]


def judge(verifier: Verifier, text: str, tools: Tools) -> Verdict:
    """Judge `text` of a problem that the verifier can judge."""
    payload = next((case.payload for case in verifier.cases if case.payload != "{}"), "{}")
    case = Case(text, "undecided", answer="x^2 + 1", payload=payload)
    return verifier(case.claim, tools)


def check_cases_give_their_outcome(verifier: Verifier, tools: Tools) -> None:
    for case in verifier.cases:
        verdict = verifier(case.claim, tools)
        assert verdict.outcome == case.outcome, (case, verdict)


def check_cases_show_all_outcomes(verifier: Verifier, tools: Tools) -> None:
    del tools
    assert {case.outcome for case in verifier.cases} == {"valid", "invalid", "undecided"}


def check_total_and_deterministic(verifier: Verifier, tools: Tools) -> None:
    slow_is_fine = [HealthCheck.too_slow]

    @settings(deadline=None, database=None, max_examples=60, suppress_health_check=slow_is_fine)
    @given(st.text() | st.text("0123456789.,+-*/=()<>$% x\\{}\n"))
    def is_total(text: str) -> None:
        verdict = judge(verifier, text, tools)
        assert judge(verifier, text, tools) == verdict
        assert verdict.verifier == verifier.name
        assert verdict.version == verifier.version
        assert verdict.outcome == "valid" or verdict.evidence

    is_total()


def check_evidence(verifier: Verifier, tools: Tools) -> None:
    for case in verifier.cases:
        verdict = verifier(case.claim, tools)
        assert verdict.outcome == "valid" or verdict.evidence, case


def check_pickles_by_name(verifier: Verifier, tools: Tools) -> None:
    del tools
    pickled = pickle.dumps(verifier)
    assert pickle.loads(pickled) is verifier
    assert len(pickled) < 200


def check_same_off_the_main_thread(verifier: Verifier, tools: Tools) -> None:
    claims = [case.claim for case in verifier.cases]
    expected = [verifier(claim, tools) for claim in claims]
    assert in_thread(verifier, claims, tools) == expected


def in_thread(verifier: Verifier, claims: list[Claim], tools: Tools) -> list[Verdict]:
    verdicts: list[Verdict] = []
    thread = threading.Thread(
        target=lambda: verdicts.extend(verifier(claim, tools) for claim in claims)
    )
    thread.start()
    thread.join()
    return verdicts


def check_returns_within_its_deadline(verifier: Verifier, tools: Tools) -> None:
    for text in HOSTILE:
        began, used = time.monotonic(), time.thread_time()
        judge(verifier, text, tools)
        assert time.thread_time() - used < DEADLINE_S, text[:40]
        assert time.monotonic() - began < LATEST_S, text[:40]


def check_same_inside_a_pipeline(verifier: Verifier, tools: Tools) -> None:
    register_coders()
    claims = [case.claim for case in verifier.cases]
    expected = [(claim, verifier(claim, tools)) for claim in claims]
    with TestPipeline(runner="FnApiRunner") as pipeline:
        verified = pipeline | beam.Create(claims) | Verify(verifier.name)
        assert_that(verified.verdicts, equal_to(expected), "Verdicts")
        assert_that(verified.errors, equal_to([]), "Errors")


CHECKS: tuple[Check, ...] = (
    check_cases_give_their_outcome,
    check_cases_show_all_outcomes,
    check_total_and_deterministic,
    check_evidence,
    check_pickles_by_name,
    check_same_off_the_main_thread,
    check_same_inside_a_pipeline,
    check_returns_within_its_deadline,
)
