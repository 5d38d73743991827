"""A program sees what Python would show it, and its end is what Python would make of it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.guard.conftest import Lines
from tests.guard.line import Line


@pytest.fixture
def line(lines: Lines) -> Iterator[Line]:
    yield from lines.lent("unsafe")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", 0),
        ("raise SystemExit", 0),
        ("raise SystemExit(None)", 0),
        ("import sys; sys.exit(3)", 3),
        ("exit(4)", 4),
        ("quit()", 0),
        ("raise SystemExit(256 + 7)", 7),
        ("raise SystemExit('words')", 1),
        ("import os; os._exit(125)", 125),
        ("1 / 0", 1),
        ("def", 1),
        (b"\xff = 1", 1),
        ("import atexit, os; atexit.register(os._exit, 9)", 9),
        ("import threading; threading.Thread(target=exit, args=(5,)).start()", 0),
        ("import sys; sys.stdout = None", 0),
        ("import os; os.close(1); print('lost')", 120),
    ],
)
def test_a_program_exits_with_pythons_code(line: Line, source: str | bytes, code: int) -> None:
    end = line.run(source)
    assert (end.outcome, end.header["exit_code"], end.header["signal"]) == ("exited", code, None)


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("import os; os.abort()", signal.SIGABRT),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", signal.SIGKILL),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", signal.SIGXCPU),
        ("import ctypes; ctypes.string_at(1)", signal.SIGSEGV),
        ("raise KeyboardInterrupt", signal.SIGINT),
    ],
)
def test_a_signal_is_seen_as_that_signal(line: Line, source: str, number: int) -> None:
    end = line.run(source)
    assert (end.outcome, end.header["exit_code"], end.header["signal"]) == (
        "signaled",
        None,
        number,
    )


def test_a_traceback_begins_in_the_program_and_shows_its_lines(line: Line) -> None:
    end = line.run("def f():\n    return 1 / 0\n\nf()\n")
    assert end.stderr.decode() == (
        "Traceback (most recent call last):\n"
        '  File "main.py", line 4, in <module>\n'
        "    f()\n"
        '  File "main.py", line 2, in f\n'
        "    return 1 / 0\n"
        "           ~~^~~\n"
        "ZeroDivisionError: division by zero\n"
    )


def test_a_text_that_does_not_compile_is_shown_without_a_frame_of_ours(line: Line) -> None:
    end = line.run("x = = 1")
    assert end.stderr.decode().startswith('  File "main.py", line 1\n    x = = 1\n')


def test_a_program_is_main_and_can_read_its_own_source(line: Line) -> None:
    source = (
        "import inspect, sys\n"
        "def f(): return 1\n"
        "print(__name__, __file__, sys.argv, inspect.getsource(f), end='')\n"
        "print(sys.modules['__main__'].f is f)\n"
    )
    expected = "__main__ main.py ['main.py'] def f(): return 1\nTrue\n"
    assert line.run(source).stdout.decode() == expected


def test_our_own_compiler_flags_are_not_the_programs(line: Line) -> None:
    assert line.run("def f(x: 1 + 1): pass\nprint(f.__annotations__)").stdout == b"{'x': 2}\n"


def test_input_is_read_whole_and_ends(line: Line) -> None:
    text = b"1 2\n" + b"x" * 300_000 + b"\nlast"
    source = "import sys\nprint(input())\nprint(len(input()))\nprint(sys.stdin.read())\ninput()"
    end = line.run(source, stdin=text)
    assert end.stdout == b"1 2\n300000\nlast\n"
    assert end.stderr.endswith(b"EOFError: EOF when reading a line\n")


def test_input_cannot_be_written_to(line: Line) -> None:
    source = "import os\ntry: os.write(0, b'x')\nexcept OSError as error: print(error.strerror)"
    assert line.run(source, stdin=b"given").stdout == b"Operation not permitted\n"


def test_output_is_text_in_utf8_whatever_it_is(line: Line) -> None:
    end = line.run("import sys\nprint('\\u00e9\\udcff')\nprint('\\ud800', file=sys.stderr)")
    assert (end.stdout, end.stderr) == (b"\xc3\xa9\xff\n", b"\\ud800\n")


def test_a_program_has_its_descriptors_and_no_others(line: Line) -> None:
    source = "import os\nprint(sorted(map(int, os.listdir('/proc/self/fd')))[:-1])"
    assert line.run(source).stdout == b"[0, 1, 2]\n"
    line.start(source, talks=True)
    [end], _ = line.finish()
    assert end.stdout == b"[0, 1, 2, 3, 4]\n"


def test_the_environment_is_empty_but_for_three_names(line: Line) -> None:
    source = (
        "import os\nprint(sorted(os.environ))\n"
        "print(any(b'SECRET' in open(f'/proc/{pid}/environ', 'rb').read()\n"
        "          for pid in ('self', os.getppid())))"
    )
    assert line.run(source).stdout == b"['HOME', 'LANG', 'PATH']\nFalse\n"


def test_the_seed_decides_and_hashes_are_the_same_everywhere(line: Line) -> None:
    source = "import random\nprint(random.random(), hash('a'))"
    first, again, other = (line.run(source, seed=seed).stdout for seed in (1, 1, 2))
    assert first == again != other
    with Line("unsafe") as second:
        assert second.run(source, seed=1).stdout == first


def test_the_seed_is_numpys_too_though_that_loads_its_generators_late() -> None:
    numpy = pytest.importorskip("numpy")
    packages = str(Path(numpy.__file__).parent.parent)
    source = "import numpy\nprint(numpy.random.rand())"
    with Line("unsafe", warm=["import numpy"], paths=[packages]) as line:
        first, again, other = (line.run(source, seed=seed).stdout for seed in (1, 1, 2))
    expected = numpy.random.RandomState(1).rand()
    assert (float(first), float(again)) == (expected, expected)
    assert float(other) != expected


def test_files_lie_in_the_folder_and_can_be_imported(line: Line) -> None:
    files = [("data.txt", b"text"), ("helper.py", b"VALUE = 7\n")]
    source = "import helper, os\nprint(open('data.txt').read(), helper.VALUE, sorted(os.listdir()))"
    end = line.run(source, files=files)
    assert end.stdout.startswith(b"text 7 ['data.txt', 'helper.py']")


def test_warm_snippets_have_run_and_their_output_is_nobodys() -> None:
    warm = ["import decimal\nprint('noise')", "import sys\nsys.modules['mine'] = decimal = 5"]
    with Line("unsafe", warm=warm) as line:
        end = line.run("import sys\nprint('decimal' in sys.modules, sys.modules['mine'])")
    assert end.stdout == b"True 5\n"


def test_a_warm_up_that_fails_or_leaves_threads_is_refused() -> None:
    thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(9,)).start()"
    for warm, why in (("1 / 0", "division by zero"), (thread, "threads")):
        with Line("unsafe", warm=[warm]) as line:
            assert line.ready["kind"] == "refused"
            assert why in line.ready["missing"][0]


def test_nothing_of_a_run_is_left_for_the_next(line: Line) -> None:
    first = (
        "import builtins, os\nbuiltins.left = 1\nopen('left', 'w').write('x')\nprint(os.getcwd())"
    )
    folder = line.run(first).stdout.decode().strip()
    end = line.run("import builtins, os\nprint(hasattr(builtins, 'left'), os.listdir())")
    assert end.stdout == b"False []\n"
    assert not os.path.exists(folder)  # noqa: PTH110 -- a name that was printed


def test_the_next_run_finds_no_text_of_an_earlier_one_in_its_memory(line: Line) -> None:
    hidden = "needleinthestack"
    line.run(f"x = '{hidden}'", stdin=hidden.encode(), files=[("f", hidden.encode())])
    looks: dict[str, Any] = {"stdin": b"", "memory_bytes": 2**30}
    source = (
        "import re\nwanted = ''.join(('needle', 'in', 'the', 'stack')).encode()\n"
        "found = 0\nwith open('/proc/self/mem', 'rb', 0) as memory:\n"
        "    for row in open('/proc/self/maps').readlines():\n"
        "        if ' rw' in row:\n"
        "            low, high = (int(x, 16) for x in row.split()[0].split('-'))\n"
        "            memory.seek(low)\n"
        "            try: found += memory.read(high - low).count(wanted + b'\\'')\n"
        "            except OSError: pass\n"
        "print(found)"
    )
    assert line.run(source, **looks).stdout == b"0\n"
