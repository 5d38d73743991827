"""Judge claims with one verifier, inside any pipeline."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.pvalue import TaggedOutput

from stepsmith.sandboxes import shared_pool
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.schemas.records import Claim, ErrorRecord, Verdict
from stepsmith.schemas.sandbox import SandboxSettings
from stepsmith.transforms.verify import Tools, get_verifier, open_shared

_ERRORS = "errors"


class Verified(NamedTuple):
    """The claims with their verdicts, and the claims on which the check raised."""

    verdicts: Any
    errors: Any


class Verify(beam.PTransform[Any, Any]):
    """Judge each claim with one verifier; claims whose check raised come out second.

    Input: `PCollection[Claim]`. Output: `PCollection[(Claim, Verdict)]` and
    `PCollection[ErrorRecord]`. A verifier answers `undecided` where it cannot judge, so an
    error here is a bug in it. `sandbox` says where a verifier of code runs it; one that cannot be
    opened fails the pipeline.
    """

    def __init__(self, name: str, sandbox: SandboxSettings | None = None) -> None:
        super().__init__()
        self._name = name
        self._sandbox = sandbox or SandboxSettings()

    def expand(self, input_or_inputs: Any) -> Any:
        """Judge one claim an element."""
        outputs = input_or_inputs | "Judge" >> beam.ParDo(
            _Judge(self._name, self._sandbox)
        ).with_outputs(_ERRORS, main="verdicts")
        outputs.verdicts.element_type = tuple[Claim, Verdict]
        outputs[_ERRORS].element_type = ErrorRecord
        return Verified(outputs.verdicts, outputs[_ERRORS])


class _Judge(beam.DoFn):
    def __init__(self, name: str, sandbox: SandboxSettings) -> None:
        self._name = name
        self._sandbox = sandbox
        self._counters = {
            outcome: Metrics.counter("verdicts", f"{name}/{outcome}")
            for outcome in ("valid", "invalid", "undecided")
        }

    def setup(self) -> None:
        self._verifier = get_verifier(self._name)
        self._tools = Tools(shared_pool(), partial(open_shared, self._sandbox))
        self._tools.prepare(self._verifier)

    def process(self, element: Claim) -> Iterator[Any]:
        try:
            verdict = self._verifier(element, self._tools)
        except SandboxError:
            raise
        except Exception as error:  # noqa: BLE001 - a verifier's bug is this claim's row
            yield TaggedOutput(_ERRORS, _error(self._name, element, error))
            return
        self._counters[verdict.outcome].inc()
        yield element, verdict


def _error(name: str, claim: Claim, error: Exception) -> ErrorRecord:
    return ErrorRecord(
        stage="verify",
        kind=type(error).__name__,
        message=f"{name}: {error}",
        problem_id=claim.problem.id,
        input=claim.step.text,
    )
