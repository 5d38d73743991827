"""Edited programs parse, differ where they say, keep the entry point, and come out the same."""

import ast
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stepsmith.schemas import UnknownNameError
from stepsmith.transforms.negatives.code import (
    OPERATORS,
    Mutant,
    ProgramError,
    apply,
    candidates,
    mutants,
)
from stepsmith.transforms.negatives.code.canonical import canonical_form
from stepsmith.transforms.negatives.code.limits import parse_tree
from stepsmith.transforms.text.code import statement_starts
from tests.negatives.conftest import Reference
from tests.negatives.programs import programs

SORTED = '''\
def f(xs, n: int):
    """Say how many are small."""
    total = 0
    for x in xs:
        if x < n and x >= 0:
            total += 1
    return total
'''


def entry(source: str, name: str) -> ast.FunctionDef:
    return [
        node
        for node in parse_tree(source).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    ][-1]


def check(source: str, name: str, found: list[Mutant], span: tuple[int, int]) -> None:
    """Hold every promise that is made of any edit."""
    forms = [canonical_form(parse_tree(source))]
    starts = statement_starts(source)
    for mutant in found:
        edit = mutant.edit
        assert edit.before != edit.after
        assert span[0] <= edit.start <= edit.end <= span[1]
        assert source[edit.start : edit.end] == edit.before
        assert mutant.source == source[: edit.start] + edit.after + source[edit.end :]
        assert mutant.source == apply(source, edit)
        assert source[: edit.start].count("\n") == edit.line_index
        assert starts[edit.statement_index] <= edit.start
        assert ast.dump(parse_tree(mutant.source)) != ast.dump(parse_tree(source))
        assert ast.dump(entry(mutant.source, name).args) == ast.dump(entry(source, name).args)
        if edit.kind == "mutation":
            forms.append(canonical_form(parse_tree(mutant.source)))
        else:
            assert mutant.flaw is None
    assert len(set(forms)) == len(forms)
    dumps = [ast.dump(parse_tree(each.source)) for each in found if each.edit.kind == "refactoring"]
    assert len(set(dumps)) == len(dumps)


class TestEveryEdit:
    @given(source=programs)
    def test_of_a_made_program_keeps_every_promise(self, source: str) -> None:
        try:
            found = mutants(source, entry_point="f", max_per_statement=4)
        except ProgramError:
            assume(condition=False)
            return
        check(source, "f", found, (0, len(source)))

    def test_of_a_real_program_keeps_every_promise(self, some_references: list[Reference]) -> None:
        for each in some_references:
            found = candidates(each.source, entry_point=each.entry_point, editable=each.span)
            check(each.source, each.entry_point, found, each.span)
            assert found

    def test_counts_bytes_as_characters_where_the_text_is_not_plain(self) -> None:
        source = "def f(ü):\n    é = 'ß'; return é < ü\n"
        found = mutants(source, entry_point="f", operators=["comparison"], max_per_statement=None)
        assert {each.source.partition("return ")[2] for each in found} == {"é > ü\n", "é == ü\n"}

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
    def test_counts_lines_as_python_does(self, end: str) -> None:
        source = end.join(["def f(a):", "    '\x0c\u2028'", "    return a + 1", ""])
        [found] = mutants(source, entry_point="f", operators=["return_value"])
        assert found.edit.line_index == 2
        assert found.source == source.replace("a + 1", "None")

    def test_is_refused_by_another_source(self) -> None:
        [mutant] = mutants(SORTED, entry_point="f", operators=["connective"])
        with pytest.raises(ValueError, match="the edit replaces"):
            apply(SORTED.replace("and", "or"), mutant.edit)


class TestWhatIsEdited:
    def test_is_no_docstring_annotation_default_decorator_import_or_pattern(self) -> None:
        source = (
            "import a, b\n@dec(1)\ndef f(x: 'int | 1' = 2) -> 3:\n    'doc 4'\n    global q\n"
            "    y: 5 = x\n    match x:\n        case 6:\n            pass\n    return y\n"
        )
        touched = {
            each.edit.before
            for each in mutants(source, entry_point="f", operators=["constant", "string"])
        }
        assert touched == set()

    def test_is_nothing_outside_the_given_characters(self) -> None:
        start = SORTED.index("    for")
        found = candidates(SORTED, entry_point="f", editable=(start, len(SORTED)))
        assert found
        assert all(each.edit.start >= start for each in found)
        assert "initial_value" not in {each.edit.operator for each in found}

    def test_is_no_comprehension_outside_the_given_characters_either(self) -> None:
        source = "def g(a):\n    return [x for x in a if x]\ndef f(a):\n    return g(a)\n"
        start = source.index("    return g")
        found = candidates(source, entry_point="f", editable=(start, len(source)))
        assert found
        assert all(each.edit.start >= start for each in found)

    def test_is_what_the_entry_point_reaches_or_what_reaches_it(self) -> None:
        source = (
            "LIMIT = 1\ndef lost():\n    return 2\ndef helper():\n    return 3\n"
            "def f():\n    return helper()\ndef above():\n    return f() + 4\n"
            "if __name__ == '__main__':\n    print(5)\n"
        )
        found = mutants(source, entry_point="f", operators=["constant"], max_per_statement=None)
        changed = {digit for digit in "12345" for each in found if digit not in each.source}
        assert changed == {"1", "3", "4"}

    def test_is_nothing_within_an_f_string(self) -> None:
        assert (
            mutants("def f(a):\n    g(f'{a + 1}')\n", entry_point="f", operators=["constant"]) == []
        )


class TestTheChoice:
    def test_is_the_same_for_the_same_seed_and_another_for_another(self) -> None:
        def chosen(seed: int) -> list[str]:
            found = mutants(SORTED, entry_point="f", seed=seed, max_per_statement=2)
            return [each.source for each in found]

        assert chosen(1) == chosen(1)
        assert len({tuple(chosen(seed)) for seed in range(5)}) > 1

    def test_does_not_depend_on_the_order_of_dictionaries_and_sets(self) -> None:
        program = (
            "from stepsmith.transforms.negatives.code import mutants\n"
            f"for each in mutants({SORTED!r}, entry_point='f', seed=3): print(each.edit)"
        )
        outputs = {
            subprocess.run(
                [sys.executable, "-c", program],
                env={"PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for seed in ("0", "1", "2")
        }
        assert len(outputs) == 1
        assert "Edit(" in outputs.pop()

    @given(source=programs, limit=st.integers(1, 3), seed=st.integers(0, 9))
    def test_keeps_to_its_limit_in_each_statement_and_kind(
        self, source: str, limit: int, seed: int
    ) -> None:
        try:
            found = mutants(source, entry_point="f", max_per_statement=limit, seed=seed)
        except ProgramError:
            assume(condition=False)
            return
        counts = Counter((each.edit.kind, each.edit.statement_index) for each in found)
        assert not counts or max(counts.values()) <= limit

    def test_takes_from_every_statement_before_it_takes_twice(self) -> None:
        found = mutants(SORTED, entry_point="f", max_per_statement=1)
        mutated = [each.edit.statement_index for each in found if each.edit.kind == "mutation"]
        assert mutated == [2, 3, 4, 5, 6]

    def test_is_spread_over_the_operators(self) -> None:
        limited = mutants(SORTED, entry_point="f", max_per_statement=3)
        counts = Counter(each.edit.operator for each in limited if each.edit.kind == "mutation")
        # `variable` alone could fill every statement.
        assert max(counts.values()) <= 2
        assert len(counts) >= 10

    def test_leaves_weak_operators_for_where_the_others_were_used_three_times_or_have_nothing(
        self,
    ) -> None:
        def chosen(statements: list[str]) -> list[str]:
            source = "def f(a):\n" + "".join(f"    {each}\n" for each in statements)
            names = ["constant", "condition_fixed"]
            assert OPERATORS.get("constant").value.weak
            found = mutants(source, entry_point="f", operators=names, max_per_statement=1)
            return [each.edit.operator for each in found]

        both = [f"a = g({number}) if a else h()" for number in range(10, 18)]
        assert chosen(both[:3]) == ["condition_fixed"] * 3
        assert Counter(chosen(both)) == {"condition_fixed": 5, "constant": 3} or (
            Counter(chosen(both)) == {"condition_fixed": 6, "constant": 2}
        )
        assert chosen(["a = 10"]) == ["constant"]

    def test_of_mutations_does_not_depend_on_the_refactorings(self) -> None:
        names = [each.edit.operator for each in candidates(SORTED, entry_point="f")]
        kinds = {each.edit.operator: each.edit.kind for each in candidates(SORTED, entry_point="f")}
        alone = [name for name in set(names) if kinds[name] == "mutation"]
        both = mutants(SORTED, entry_point="f", max_per_statement=2)
        assert [each.edit for each in both if each.edit.kind == "mutation"] == [
            each.edit
            for each in mutants(SORTED, entry_point="f", max_per_statement=2, operators=alone)
        ]

    def test_comes_in_source_order(self) -> None:
        starts = [each.edit.start for each in candidates(SORTED, entry_point="f")]
        assert starts == sorted(starts)

    def test_of_an_unknown_operator_names_the_nearest(self) -> None:
        with pytest.raises(UnknownNameError, match="comparison"):
            mutants(SORTED, entry_point="f", operators=["comparisons"])

    def test_of_no_operators_is_nothing(self) -> None:
        assert mutants(SORTED, entry_point="f", operators=[]) == []
