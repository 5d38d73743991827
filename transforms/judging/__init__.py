"""From what a program answered to a verdict: no process is handled here."""

from stepsmith.transforms.judging.assertions import Case
from stepsmith.transforms.judging.codec import MalformedError, OpaqueError, decode, encode
from stepsmith.transforms.judging.compare import (
    PYTHON,
    STRICT,
    Comparison,
    Difference,
    first_difference,
)
from stepsmith.transforms.judging.output import OutputComparison, output_difference
from stepsmith.transforms.judging.problems import (
    CodeProblem,
    CodeProblemError,
    program_of,
    read_code_fields,
    read_code_problem,
)
from stepsmith.transforms.judging.programs import (
    candidate_execution,
    hosts_version,
    suite_execution,
    warm_source,
)
from stepsmith.transforms.judging.relay import Relay
from stepsmith.transforms.judging.run import judge_printed, judge_source
from stepsmith.transforms.judging.suites import (
    CallTests,
    ProgramTests,
    StdioTests,
    Tests,
    UnreadableTestsError,
    complete,
    read_asserts,
    read_check,
    read_unittest,
)
from stepsmith.transforms.judging.verdict import (
    Judgement,
    Trial,
    judge_calls,
    judge_output,
    judge_program,
    trial,
)

__all__ = [
    "PYTHON",
    "STRICT",
    "CallTests",
    "Case",
    "CodeProblem",
    "CodeProblemError",
    "Comparison",
    "Difference",
    "Judgement",
    "MalformedError",
    "OpaqueError",
    "OutputComparison",
    "ProgramTests",
    "Relay",
    "StdioTests",
    "Tests",
    "Trial",
    "UnreadableTestsError",
    "candidate_execution",
    "complete",
    "decode",
    "encode",
    "first_difference",
    "hosts_version",
    "judge_calls",
    "judge_output",
    "judge_printed",
    "judge_program",
    "judge_source",
    "output_difference",
    "program_of",
    "read_asserts",
    "read_check",
    "read_code_fields",
    "read_code_problem",
    "read_unittest",
    "suite_execution",
    "trial",
    "warm_source",
]
