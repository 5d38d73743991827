"""Hostile programs are refused, or read in a moment; what is refused says why."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.negatives.code import ProgramError, assemble, mutants
from stepsmith.transforms.negatives.code.limits import MAX_CHARACTERS, parse_tree

HEAD = "def f(a):\n    return "
ROOM = MAX_CHARACTERS - 100

HOSTILE = {
    "brackets": "(" * 200 + ")" * 200,
    "open brackets": "[" * ROOM,
    "signs": "-" * ROOM + "1",
    "signs apart": "- " * (ROOM // 2) + "1",
    "nots": "not " * (ROOM // 4) + "1",
    "lambdas": "lambda:" * (ROOM // 7) + "1",
    "lambdas of x": "lambda x:" * (ROOM // 9) + "1",
    "attributes": "a" + ".a" * (ROOM // 2),
    "a long sum": "1" + "+1" * (ROOM // 2),
    "powers": "1" + "**1" * (ROOM // 3),
    "choices": "1 if a else " * (ROOM // 12) + "1",
    "comparisons": "a" + "<a" * (ROOM // 2),
    "clauses": "a" + " and a" * (ROOM // 6),
    "calls of calls": "a" + "()" * (ROOM // 2),
    "keywords": "a(" + "a=1," * (ROOM // 4) + ")",
    "elements": "[" + "a-1," * 3_000 + "]",
    "digits": "9" * ROOM,
    "null": "\x00",
    "half a pair": "'\ud800'",
    "too long": "1" * (MAX_CHARACTERS + 1),
    "too many lines": "\\\n" * 1_001 + "1",
    "no code": "a b",
}
DEAR = {
    "braces": "{" * 24 + "1" + "}" * 24,
    "lists in sets": "[{(" * 8 + "1" + ")}]" * 8,
    "calls": "a" + "(a" * 24 + ")" * 24,
    "a sum": "+".join("a" * 24),
    "a product": "*".join("a" * 24),
    "signs": "-" * 24 + "1",
    "dictionaries": "{1:" * 24 + "1" + "}" * 24,
    "walruses": "(a:=" * 24 + "1" + ")" * 24,
    "strings": "'a' " * (ROOM // 4),
    "clauses": " and ".join(["a"] * 290),
    "keywords": "a(" + "a=1," * 290 + ")",
    "elements": "[" + "a-1," * 290 + "]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_program_is_refused_at_once(name: str) -> None:
    started = time.process_time()
    with pytest.raises(ProgramError, match=r"^(too large|too deep|syntax): "):
        mutants(HEAD + HOSTILE[name], entry_point="f")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", DEAR)
def test_the_dearest_programs_allowed_are_read_within_seconds(name: str) -> None:
    started = time.process_time()
    assert mutants(HEAD + DEAR[name], entry_point="f")
    assert time.process_time() - started < 20


def test_what_stands_in_strings_and_comments_is_not_counted() -> None:
    source = f"def f(a):\n    '''{'(-' * 500}'''\n    return '{'[' * 500}'  # {'- ' * 500}\n"
    assert mutants(source, entry_point="f", operators=["return_value"])


def test_a_warning_of_the_parser_reaches_nobody() -> None:
    assert parse_tree(r"x = '\d'")


def test_a_program_without_its_entry_point_is_refused() -> None:
    with pytest.raises(ProgramError, match="entry point: no function 'g'"):
        mutants("def f():\n    return 1\n", entry_point="g")


@given(st.text(alphabet="()[]{}'\"\\\n\t #:=-+.,0aef", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = mutants(HEAD + text, entry_point="f", max_per_statement=2)
    except ProgramError:
        return
    assert all(each.edit.before != each.edit.after for each in found)


class TestAssemble:
    def test_leaves_what_fits_as_it_is(self) -> None:
        prompt, solution = "def f():\n    'doc'\n", "    return 1\n"
        assert assemble(prompt, solution) == (prompt + solution, (19, 32))

    @pytest.mark.parametrize("indent", ["\t", " ", "  ", "        "])
    def test_indents_the_docstring_like_the_solution(self, indent: str) -> None:
        prompt, solution = "import re\ndef f():\n    'doc'\n", f"{indent}return 1\n"
        source, (start, end) = assemble(prompt, solution)
        assert source == f"import re\ndef f():\n{indent}'doc'\n{indent}return 1\n"
        assert source[start:end] == solution

    def test_does_not_take_a_comment_for_the_solution_s_first_line(self) -> None:
        source, _ = assemble("def f():\n    'doc'\n", "#why\n return 1\n")
        assert source == "def f():\n 'doc'\n#why\n return 1\n"

    def test_refuses_what_does_not_parse_either_way(self) -> None:
        with pytest.raises(ProgramError, match="syntax"):
            assemble("def f():\n", "return return\n")
