"""A program is cut into its statements, whole or not, valid or not; the rest holds of any cut."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.transforms.text.code import (
    bare_code,
    is_closed,
    logical_lines,
    statement_starts,
)
from stepsmith.transforms.text.segment import get_segmenter

SEGMENT = get_segmenter("statement")
# The promises of every segmenter are tested with the others; these texts are nearer to code.
codes = st.lists(
    st.sampled_from(
        ["x = 1", "\n", "\r\n", "\r", "(", ")", "[", "'", '"', "'''", '"""', "# c", "\\", "\\\n",
         "if a:", "else:", "try:", "  ", "\t", "@d", "finally :", "f'{a}'", "r'\\'", ";", "\x0c"]
    ),
    max_size=24,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a = 1\nb = 2\n", ("a = 1\n", "b = 2\n")),
        ("def f(x):\n    return x\n", ("def f(x):\n", "    return x\n")),
        ("a = (1,\n     2)\nb\n", ("a = (1,\n     2)\n", "b\n")),
        ("a = '''\nb\n'''\nc", ("a = '''\nb\n'''\n", "c")),
        ("a = 1 + \\\n    2\nb", ("a = 1 + \\\n    2\n", "b")),
        ("a; b\nc", ("a; b\n", "c")),
        ("if a: b\nc", ("if a: b\n", "c")),
        ("a\n\n\n  # why\n  # indeed\nb\n# end\n",
         ("a\n\n\n", "  # why\n  # indeed\nb\n", "# end\n")),
        ("if a:\n  b\nelse:\n  c\n", ("if a:\n", "  b\n", "else:\n  c\n")),
        ("if a:\n  b\nelif c:\n  d\n", ("if a:\n", "  b\n", "elif c:\n", "  d\n")),
        ("try:\n  a\nexcept E:\n  b\nfinally: # x\n  c\n",
         ("try:\n  a\n", "except E:\n", "  b\n", "finally: # x\n  c\n")),
        ("else: a\nb", ("else: a\n", "b")),
        ("@d\n@e(\n1)\ndef f(): pass\n", ("@d\n@e(\n1)\ndef f(): pass\n",)),
        ("a = '#'\nb = \"'\"\n", ("a = '#'\n", "b = \"'\"\n")),
        ("a = '(\nb\n", ("a = '(\n", "b\n")),  # not closed on its line: no further
        ("a = '\\\nb'\nc", ("a = '\\\nb'\n", "c")),
        ("a = (\nb\nc\n", ("a = (\nb\nc\n",)),
        ("a)\nb\n", ("a)\n", "b\n")),
        ("\n\n  a\r\nb\rc", ("\n\n  a\r\n", "b\r", "c")),
        ("tryst: a\nb", ("tryst: a\n", "b")),
        ("", ()),
        ("\n \n", ("\n \n",)),
    ],
)  # fmt: skip
def test_a_program_is_cut_at_its_statements(text: str, pieces: tuple[str, ...]) -> None:
    assert SEGMENT(text) == pieces


@given(text=codes, data=st.data())
def test_a_prefix_of_whole_pieces_and_the_rest_are_cut_the_same(
    text: str, data: st.DataObject
) -> None:
    pieces = SEGMENT(text)
    assert "".join(pieces) == text
    count = data.draw(st.integers(0, len(pieces)))
    assert SEGMENT("".join(pieces[:count])) == pieces[:count]
    assert SEGMENT("".join(pieces[count:])) == pieces[count:]


def test_every_statement_of_a_program_begins_in_a_piece_of_its_own() -> None:
    source = (
        "import re\n\ndef f(x,\n      y):\n    '''doc\n    more'''\n    # why\n    for a in x:\n"
        "        if a:\n            y += (a\n                  + 1)\n        elif y:\n"
        "            continue\n        else:\n            break\n    return y\n"
    )
    lines = source.splitlines(keepends=True)
    starts = statement_starts(source)
    offsets = [
        len("".join(lines[: node.lineno - 1])) + node.col_offset
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt)
    ]
    pieces = [sum(start <= offset for start in starts) for offset in offsets]
    assert sorted(pieces) == list(range(1, len(starts) + 1))


def test_bare_code_has_neither_strings_nor_comments() -> None:
    assert bare_code("a('(', x) # (\n'''\n('''") == 'a("", x) \n""'


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("", []),
        ("\n  # only\n\n", []),
        ("x = 1", ["x = 1"]),
        ("x = 1\n\n  y = 2  # two\n", ["x = 1", "  y = 2  # two"]),
        ("f(1,\n  2)\r\ny", ["f(1,\n  2)", "y"]),
        ("x = 1 + \\\n  2\ny", ["x = 1 + \\\n  2", "y"]),
        ('"""a\nb"""\nc', ['"""a\nb"""', "c"]),
        ("if x:\n    return (\n", ["if x:", "    return (\n"]),
        ("# above\nx", ["x"]),
        ("a; b\n", ["a; b"]),
    ],
)
def test_logical_lines_say_something_each(source: str, lines: list[str]) -> None:
    assert [source[start:end] for start, end in logical_lines(source)] == lines


@pytest.mark.parametrize(
    ("source", "closed"),
    [
        ("x = f(1)", True),
        ("x = 'a'", True),
        ("x = '' + \"\"", True),
        ("x = '''a''b'''", True),
        (r"x = 'a\\'", True),
        ("x = ')'  # (", True),
        ("'a''b'", True),
        ("x = f(1", False),
        ("x = 'a", False),
        (r"x = 'a\'", False),
        (r'x = """a\"""', False),
        ('x = """', False),
        ('x = """a""', False),
        ("x = 1 + \\\n", False),
    ],
)
def test_code_is_closed_when_its_brackets_and_quotes_are(source: str, closed: bool) -> None:
    assert is_closed(source) is closed
