"""Read problems from a source, part by part."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.pvalue import TaggedOutput

from stepsmith.schemas.records import ErrorRecord, Problem
from stepsmith.transforms.beam.files import AnyFiles
from stepsmith.transforms.source import Source

_ERRORS = "errors"


class Read(NamedTuple):
    """The problems, and what could not be read as one."""

    problems: Any
    errors: Any


class ReadProblems(beam.PTransform[Any, Any]):
    """Read a source's parts in parallel.

    Input: the pipeline. Output: `(PCollection[Problem], PCollection[ErrorRecord])`.
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source

    def expand(self, input_or_inputs: Any) -> Any:
        """List the parts, spread them, read them."""
        outputs = (
            input_or_inputs
            | "Source" >> beam.Create([0], reshuffle=False)
            | "ListParts" >> beam.ParDo(_ListParts(self._source)).with_output_types(str)
            | "Spread" >> beam.Reshuffle()
            | "ReadPart"
            >> beam.ParDo(_ReadPart(self._source)).with_outputs(_ERRORS, main="problems")
        )
        problems = outputs.problems
        problems.element_type = Problem
        outputs[_ERRORS].element_type = ErrorRecord
        return Read(problems, outputs[_ERRORS])


class _ListParts(beam.DoFn):
    def __init__(self, source: Source) -> None:
        self._source = source

    def process(self, element: int) -> Iterable[str]:  # noqa: ARG002 - the one start of it all
        return self._source.parts(AnyFiles())


class _ReadPart(beam.DoFn):
    def __init__(self, source: Source) -> None:
        self._source = source
        self._problems = Metrics.counter("source", "problems")
        self._errors = Metrics.counter("source", "errors")

    def process(self, element: str) -> Iterator[Any]:
        for record in self._source.read(element, AnyFiles()):
            if isinstance(record, Problem):
                self._problems.inc()
                yield record
            else:
                self._errors.inc()
                yield TaggedOutput(_ERRORS, record)
