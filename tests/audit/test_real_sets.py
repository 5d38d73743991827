"""The published sets: every row is read, and the counts are those of their papers and copies."""

from pathlib import Path

import pytest

from stepsmith.pipelines.audit import read_human
from stepsmith.schemas import ErrorRecord

COUNTS = [
    # file, solutions, with a first error, right throughout, rows that cannot be read
    ("big_bench_mistake/multistep_arithmetic.jsonl", 300, 238, 62, 0),
    ("big_bench_mistake/word_sorting.jsonl", 300, 266, 34, 0),
    ("big_bench_mistake/tracking_shuffled_objects.jsonl", 300, 260, 40, 0),
    ("big_bench_mistake/logical_deduction.jsonl", 300, 294, 6, 0),
    ("big_bench_mistake/dyck_languages.jsonl", 986, 650, 336, 0),
    ("stepverify/dataset.json", 1002, 1002, 0, 0),
    ("mr_ben/math.json", 918, 768, 149, 0),  # one names a number that two of its steps print
    ("mr_ben/coding.json", 238, 142, 74, 0),
    ("prmbench/original_chains.jsonl", 1781, 0, 1781, 0),
    ("prmbench/injected_errors_test_p1.jsonl", 716, 716, 0, 2),  # of errors behind the last step
    ("gsm8k/test.jsonl", 1319, 0, 1319, 0),
    ("gsm8k/train.jsonl", 7473, 0, 7473, 0),
]


@pytest.mark.parametrize(("file", "count", "wrong", "right", "unreadable"), COUNTS)
def test_every_row_of_the_published_sets_is_read(
    real_data: Path, file: str, count: int, wrong: int, right: int, unreadable: int
) -> None:
    path = real_data / file
    if not path.exists():
        pytest.skip(f"no {path}")
    errors = list[ErrorRecord]()
    solutions = list(read_human(str(path), errors=errors))
    assert len(solutions) == count
    assert sum(each.first_error is not None for each in solutions) == wrong
    assert sum(each.is_right for each in solutions) == right
    assert len(errors) == unreadable
