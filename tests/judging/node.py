"""Our own JavaScript, right, wrong and cheating, and its tests."""

import shutil
from pathlib import Path

import pytest

from stepsmith.sandboxes.contract import Limits
from stepsmith.transforms.judging.suites import Tests, read_asserts, read_check
from stepsmith.transforms.judging.verdict import Kind

HERE = Path(__file__).parent / "javascript"
LIMITS = Limits(wall_s=60.0, cpu_s=20, answer_bytes=2**20)

LITERAL = read_asserts(
    [
        "assert solve([3, 1, 2]) == [1, 2, 3]",
        "assert solve([50, 5, -1]) == [-1, 5, 50]",
        "assert solve([]) == []",
    ]
)
DERIVED = read_check(
    """
def check(candidate):
    for x in ([9, 70, 8], [2, 1], []):
        assert candidate(x) == sorted(x)
""",
    "solve",
)
FORMS: dict[str, Tests] = {"literal": LITERAL, "derived": DERIVED}

VIOLATION: Kind = "protocol_violation"
CHEATS: dict[str, Kind] = {
    "always_equal": "unjudgeable",
    "answers_twice": VIOLATION,
    "endless_getter": "unjudgeable",
    "exits_well": VIOLATION,
    "floods_answers": "resource",
    "forged_lines": VIOLATION,
    "kills_itself": "crash",
    "patches_everything": "wrong_answer",
    "patches_json": VIOLATION,
    "proxy": "unjudgeable",
    "reads_the_question": "wrong_answer",
    "success_at_exit": "wrong_answer",
    "throws_an_answer": "error",
    "waits_for_ever": VIOLATION,
}
WRONG: dict[str, Kind] = {
    "missing.js": "error",
    "no_javascript.txt": "error",
    "nothing.js": "wrong_answer",
    "raising.js": "error",
    "text_order.js": "wrong_answer",
    "unsorted.js": "wrong_answer",
}
HONEST = sorted(path.name for path in (HERE / "honest").glob("*.js"))


def find_node() -> str:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here")
    return node
