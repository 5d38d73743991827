"""Blocks that are run one after another in a real sandbox, and what each of them shows."""

import pytest

from stepsmith.sandboxes.contract import Sandbox
from tests.search.tool_path.paths import run


def test_what_is_printed_is_shown_and_the_last_value_after_it(sandbox: Sandbox) -> None:
    assert run(sandbox, "print('a')\nprint('b')", "print('c')\n1 + 1", "x = 3", "None") == [
        "a\nb",
        "c\n2",
        "(no output)",
        "(no output)",
    ]


def test_names_stay_defined_and_what_was_printed_before_is_not_shown_again(
    sandbox: Sandbox,
) -> None:
    blocks = ("import math\nx = [1]\nprint('once')", "x.append(2)\nlen(x)", "x, math.comb(4, 2)")
    assert run(sandbox, *blocks) == ["once", "2", "([1, 2], 6)"]


def test_an_error_is_one_line_and_what_was_done_before_it_stays_done(sandbox: Sandbox) -> None:
    blocks = ("x = 1\nprint('so far')\n1 / 0\nx = 2", "x", "y", "1 +", "def f(:")
    assert run(sandbox, *blocks) == [
        "so far\nZeroDivisionError: division by zero",
        "1",
        "NameError: name 'y' is not defined",
        "SyntaxError: invalid syntax (block 4, line 1)",
        "SyntaxError: invalid syntax (block 5, line 1)",
    ]


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        ("raise SystemExit", "(no output)"),
        ("import sys\nsys.exit(3)", "SystemExit: 3"),
        ("assert False", "AssertionError"),
        ("class Bad(Exception):\n    def __str__(self): return 1\nraise Bad", "Bad"),
        ("import sys\nprint('said', file=sys.stderr)\nsys.stdout = None\nprint(1)", "said"),
        ("import os\nos._exit(0)", "(no output)"),
        ("raise OSError(2, 'gone')", "FileNotFoundError: [Errno 2] gone"),
    ],
)  # fmt: skip
def test_a_block_may_end_as_it_likes(block: str, shown: str, sandbox: Sandbox) -> None:
    assert run(sandbox, block) == [shown]


def test_a_block_that_is_stopped_leaves_no_state_and_does_not_stop_the_next(
    sandbox: Sandbox,
) -> None:
    endless = "x = 2\nwhile True: pass"
    loud = "x = 3\nwhile True: print('again' * 100)"
    crash = "x = 4\nimport os\nos.abort()"
    *_, crashed, after = shown = run(sandbox, "x = 1", endless, "x", loud, crash, "x")
    assert shown[:3] == ["(no output)", "(stopped: it ran for too long)", "1"]
    assert shown[3].splitlines()[-1] == "(stopped: it printed too much)"
    assert (crashed, after) == ("(stopped: it crashed)", "1")


def test_the_same_path_shows_the_same_each_time(sandbox: Sandbox) -> None:
    draw = "import random\nprint(random.random(), hash('a'))"
    first, second = run(sandbox, draw, draw), run(sandbox, draw, draw)
    assert first == second
    assert first[0] != first[1]


def test_earlier_blocks_draw_the_same_when_they_are_run_again(sandbox: Sandbox) -> None:
    drawn, again = run(sandbox, "import random\nx = random.random()\nx", "x")
    assert drawn == again


def test_nothing_of_the_machine_is_shown(sandbox: Sandbox) -> None:
    shown = run(
        sandbox,
        "import os, sys\nprint(os.__file__, sys.executable, os.getcwd(), sys.path)",
        "from math import nothing",
        "import traceback\ntry:\n    import json\n    json.loads('{')\nexcept ValueError:\n"
        "    print(traceback.format_exc())",
        "open('/etc/nothing/here')",
        "print('1/2/3 of https://example.org/a/b, and/or')",
    )
    assert "/" not in "".join(shown[:3])
    assert shown[1].startswith("ImportError: cannot import name 'nothing' from 'math'")
    assert 'File "decoder.py"' in shown[2]
    assert "'/etc/nothing/here'" in shown[3]
    assert shown[4] == "1/2/3 of https://example.org/a/b, and/or"


def test_a_long_output_is_cut_and_says_so(sandbox: Sandbox) -> None:
    assert run(sandbox, "print('x' * 50)", characters=10) == [
        "xxxxxxxxxx\n(cut: 50 characters in all)"
    ]


def test_an_output_cannot_end_its_block_or_hide_anything_in_it(sandbox: Sandbox) -> None:
    [shown] = run(sandbox, r"print('a\n```\n```python\nx\n\x1b[2J\0\n')")
    assert shown == "a\n ```\n ```python\nx\n\ufffd[2J\ufffd"
    [bytes_] = run(
        sandbox, "import sys\nsys.stdout.flush()\nimport os\nos.write(1, b'\\xff')\nNone"
    )
    assert bytes_ == "\ufffd"
