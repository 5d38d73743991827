"""What each operator does: a function's body before, and every body after, in source order.

The function is `f(a, b, n: int, s: str)`. A body is written without its indentation.
"""

MUTATIONS: dict[str, list[tuple[str, list[str]]]] = {
    "answer_inverted": [
        (
            "if a:\n    return True\nreturn False",
            ["if a:\n    return False\nreturn True"],
        ),
        ("return True", []),
    ],
    "argument_swap": [
        ("return pow(a, b)", ["return pow(b, a)"]),
        ("return max(a, b)", []),
        ("return g(*a, b)", []),
    ],
    "arithmetic": [
        ("return a + b", ["return a * b", "return a - b"]),
        ("return (a) // (b)", ["return (a) % (b)", "return (a) - (b)", "return (a) / (b)"]),
        ("return a << b", ["return a >> b"]),
        ("return s + 'x'", []),
        ("return 'x%d' % n", []),
        ("return a @ b", []),
    ],
    "arithmetic_assignment": [
        ("a += b", ["a *= b", "a -= b", "a = b"]),
        ("a += 'x'", ["a = 'x'"]),
    ],
    "block_joined": [
        (
            "for x in a:\n    n += x\nreturn n",
            ["for x in a:\n    n += x\n    return n"],
        ),
        (
            "if a:\n    n = 1\nelse:\n    n = 2\nreturn n",
            ["if a:\n    n = 1\nelse:\n    n = 2\n    return n"],
        ),
        ("for x in a: n += x\nreturn n", []),
    ],
    "block_left": [
        (
            "for x in a:\n    g(x)\n    n += x\nreturn n",
            ["for x in a:\n    g(x)\nn += x\nreturn n"],
        ),
        ("for x in a:\n    n += x\nreturn n", []),
    ],
    "boundary": [
        ("return a < b", ["return a <= b"]),
        ("return 0 <= a > n", ["return 0 < a > n", "return 0 <= a >= n"]),
        ("return a == b or a in s", []),
        ("return (a  # here\n        < b)", []),
        ("if a > n:\n    n = a", []),
        ("if a > n:\n    n = b", ["if a >= n:\n    n = b"]),
    ],
    "branches_swapped": [
        ("return 1 if a else 2", ["return 2 if a else 1"]),
        (
            "if a:\n    return 1\nelse:\n    return 2",
            ["if a:\n    return 2\nelse:\n    return 1"],
        ),
    ],
    "call_unwrapped": [
        ("return abs(a - b)", ["return a - b"]),
        ("return s.strip().lower()", ["return s.lower()", "return s.strip()"]),
        ("return math.floor(a)", ["return a"]),
        ("print(a)", []),
        ("return sum(x for x in a)", []),
        ("return list(map(g, a))", ["return list(g)"]),
        ("for x in list(s):\n    g(x)", []),
        ("n = list(s)\nreturn n", ["n = s\nreturn n"]),
        ("return sum(map(g, a))", ["return sum(g)"]),
    ],
    "clause_dropped": [
        ("return a and b", ["return a", "return b"]),
        (
            "return a or b or n",
            ["return a", "return a or b", "return a or n", "return b", "return b or n", "return n"],
        ),
    ],
    "comparison": [
        ("return a < b", ["return a == b", "return a > b"]),
        ("return a not in b", ["return a in b"]),
        ("return a == 'x'", ["return a != 'x'"]),
        ("return a is not None", ["return a is None"]),
        ("return 0 <= a", ["return 0 == a", "return 0 >= a"]),
        ("return (a  # here\n        < b)", []),
        ("return a != b", ["return a == b"]),
        (
            "if a > n:\n    n = a",
            ["if a < n:\n    n = a", "if a == n:\n    n = a"],
        ),
    ],
    "condition_fixed": [
        ("if a:\n    g()", ["if False:\n    g()", "if True:\n    g()"]),
        ("while True:\n    g()", []),
        (
            "return [x for x in a if x]",
            ["return [x for x in a if False]", "return [x for x in a if True]"],
        ),
    ],
    "condition_negated": [
        ("if a == b:\n    g()", ["if a != b:\n    g()"]),
        ("if not a:\n    g()", ["if a:\n    g()"]),
        ("while a < b:\n    g()", ["while not (a < b):\n    g()"]),
        ("return 1 if a in b else 2", ["return 1 if a not in b else 2"]),
    ],
    "connective": [
        ("return a and b", ["return a or b"]),
        (
            "return a or b or n",
            ["return a and b and n", "return a and b or n", "return a or b and n"],
        ),
    ],
    "constant": [
        ("return 3", ["return 0", "return 2", "return 4"]),
        ("return -1", ["return 0", "return 1"]),
        ("return 0", ["return 1"]),
        ("return 1", ["return 0", "return 2"]),
        ("return len(a) < 1", ["return len(a) < 2"]),
        ("return 0 == len(a)", ["return 1 == len(a)"]),
        ("return f(a) < 1", ["return f(a) < 0", "return f(a) < 2"]),
        ("return 0.5", ["return 0.25", "return 1.0"]),
        ("return True", []),
        ("return a * 1", ["return a * 0", "return a * 2"]),
    ],
    "element_swap": [
        ("return (a, b)", ["return (b, a)"]),
        ("a, b = s", ["b, a = s"]),
        ("return [a, *b]", []),
        ("return a in (1, 2)", []),
        ("return sorted([a, b])", []),
        ("n, b = 0, 0", []),
        ("n = [1, 2]\nreturn a in n", []),
        ("n = [1, 2]\nreturn n", ["n = [2, 1]\nreturn n"]),
    ],
    "elif_to_if": [
        (
            "if a:\n    g()\nelif b:\n    h()",
            ["if a:\n    g()\nif b:\n    h()"],
        ),
        ("if a:\n    return 1\nelif b:\n    h()", []),
    ],
    "else_dropped": [
        ("if a:\n    g()\nelse:\n    h()\nreturn 1", ["if a:\n    g()\nreturn 1"]),
    ],
    "exception_swallowed": [
        (
            "try:\n    g()\nexcept KeyError:\n    h()",
            [
                "try:\n    g()\nexcept Exception:\n    h()",
                "try:\n    g()\nexcept KeyError:\n    pass",
            ],
        ),
    ],
    "function_swap": [
        ("return max(a, b)", ["return min(a, b)", "return sum(a, b)"]),
        ("return s.lower()", ["return s.swapcase()", "return s.upper()"]),
        ("return math.floor(a)", ["return math.ceil(a)"]),
        ("return mine(a)", []),
        ("a.append('x')", []),
        ("a.append('xy')", ["a.extend('xy')"]),
        ("return sorted(list(a))", []),
        ("n = list(set(a))", ["n = list(list(a))"]),
        ("n = list(map(set, a))", ["n = set(map(set, a))"]),
    ],
    "gathered_twice": [
        ("n += a", ["n += n + a"]),
        ("n = n * a", ["n *= n * a"]),
        ("n = a", []),
    ],
    "index": [
        ("return a[n]", ["return a[n + 1]", "return a[n - 1]"]),
        ("return a['x']", []),
        ("return a[0]", []),
    ],
    "initial_value": [
        ("t = 0\nt += a\nreturn t", ["t = 1\nt += a\nreturn t"]),
        ("t = []\nt.append(a)\nreturn t", ["t = [0]\nt.append(a)\nreturn t"]),
        ("t = ''\nt += s\nreturn t", ["t = ' '\nt += s\nreturn t"]),
        ("t = float('inf')\nreturn t", ["t = 0\nreturn t", "t = float('-inf')\nreturn t"]),
        ("t = a[0]\nreturn t", ["t = 0\nreturn t"]),
        ("t = 0", []),
    ],
    "jump": [
        ("for x in a:\n    break", ["for x in a:\n    continue"]),
        ("for x in a:\n    n = 1\n    break", []),
        ("for x in a:\n    n = x\n    break", ["for x in a:\n    n = x\n    continue"]),
        ("while a:\n    n = 1\n    break", ["while a:\n    n = 1\n    continue"]),
        (
            "for x in a:\n    if x:\n        continue\n    g()",
            ["for x in a:\n    if x:\n        break\n    g()"],
        ),
    ],
    "keyword_dropped": [
        ("return sorted(a, reverse=True)", ["return sorted(a)"]),
        (
            "return max(a, key=len, default=0)",
            ["return max(a, default=0)", "return max(a, key=len)"],
        ),
    ],
    "loop_bound": [
        (
            "for i in range(n):\n    g()",
            [
                "for i in range(1, n):\n    g()",
                "for i in range(n + 1):\n    g()",
                "for i in range(n - 1):\n    g()",
            ],
        ),
        ("for i in range(2, 5):\n    g()", ["for i in range(5):\n    g()"]),
    ],
    "loop_elements": [
        ("for x in a:\n    g()", ["for x in a[1:]:\n    g()", "for x in a[:-1]:\n    g()"]),
        ("for i in range(n):\n    g()", []),
    ],
    "off_by_one": [
        ("return len(a)", ["return len(a) + 1", "return len(a) - 1"]),
        ("return n - sum(a)", ["return (n - sum(a)) + 1", "return (n - sum(a)) - 1"]),
        ("return s + s", []),
        ("return 1", []),
        ("n = -1", []),
        ("n = 10 ** 9", []),
        ("n = n ** 9", ["n = (n ** 9) + 1", "n = (n ** 9) - 1"]),
        ("return a", []),
    ],
    "operand_dropped": [
        ("return a + 1", ["return 1", "return a"]),
        ("return (a + b) / 2", ["return (a) / 2", "return (b) / 2", "return 2", "return a + b"]),
    ],
    "operand_swap": [
        ("return a - b", ["return b - a"]),
        ("return a in b", ["return b in a"]),
        ("return s + 'x'", ["return 'x' + s"]),
        ("return a * b", []),
        ("return n + 1", []),
        ("return a + b", []),
        ("return a ^ b", []),
        ("return abs(a - b)", []),
    ],
    "parentheses_dropped": [
        ("return (a + b) * n", ["return a + b * n"]),
        ("return (a * b) + n", []),
    ],
    "recursion_stuck": [
        ("return f(a - 1, b, n, s)", ["return f(a, b, n, s)"]),
        ("return g(a - 1)", []),
    ],
    "return_value": [
        ("return a", ["return None"]),
        ("return a in b", ["return None", "return not (a in b)"]),
        ("return None", []),
        ("return", []),
        ("return False", []),
        ("return True", ["return None"]),
        ("return 0", ["return None"]),
    ],
    "sign_dropped": [
        ("return -a", ["return a"]),
        ("return not a", ["return a"]),
        ("return -1", ["return 1"]),
    ],
    "slice_bound": [
        (
            "return a[1:n]",
            ["return a[1:]", "return a[1:n + 1]", "return a[1:n - 1]", "return a[:n]"],
        ),
    ],
    "slice_dropped": [
        ("return a[1:]", ["return a"]),
        ("a[1:] = b", []),
        ("return a[1]", []),
    ],
    "statement_deleted": [
        ("n = 1\nreturn n", ["n = 1\npass", "pass\nreturn n"]),
        ("if a:\n    pass\nelif b:\n    g()", ["if a:\n    pass\nelif b:\n    pass", "pass"]),
        ("if a:\n    pass\nelse:\n    pass", ["pass"]),
        ("return None", []),
        ("return False", []),
        ("if a:\n    return False", ["if a:\n    pass", "pass"]),
        ("return 0", ["pass"]),
        ("f = g(a)\nreturn f", ["f = g(a)\npass"]),
        (
            "for x in a:\n    n = 1\n    break",
            ["for x in a:\n    pass\n    break", "pass"],
        ),
    ],
    "statement_repeated": [
        ("a.append(b)", ["a.append(b)\na.append(b)"]),
        ("n = n * a", ["n = n * a\nn = n * a"]),
        ("n = a", []),
        ("a.sort()", []),
        ("s = s.strip()", []),
        ("n = n % 7", []),
        ("n %= 7", []),
        ("n = max(n, a)", []),
        ("a = tuple(a)", []),
    ],
    "statement_swap": [
        ("n = a\nb = n", ["b = n\nn = a"]),
        ("n = 0\nb = 1", []),
        ("n += 1\nb += 1", []),
        ("n += 1\nn += a", []),
        ("n += 1\nn *= 2", ["n *= 2\nn += 1"]),
        ("a.append(n)\nn = 1", ["n = 1\na.append(n)"]),
        ("a.append(1)\nn = 1", []),
        ("a[0] = n\nb = a", ["b = a\na[0] = n"]),
        ("n = max(x for x in a)\nb = min(x for x in a)", []),
        ("n = 1\nreturn b", ["return b\nn = 1"]),
    ],
    "string": [
        ("return 'ab'", ["return ''", "return 'AB'", "return 'a'", "return 'b'"]),
        ('return ""', ['return " "']),
        ("return s in 'aA'", ["return s in ''", "return s in 'A'", "return s in 'a'"]),
        ("return ','", ["return ' '", "return ''", "return ', '", "return '.'"]),
        ("return r'ab'", []),
        ("return 'a' 'b'", []),
        ("return 'a\\n'", []),
        ("'a docstring'\nreturn 1", []),
    ],
    "truth_value": [
        ("return True", ["return False"]),
        ("return not False", ["return not True"]),
    ],
    "variable": [
        ("return len(a)", ["return len(b)", "return len(n)", "return len(s)"]),
        ("m = 0\nreturn m", [
            "m = 0\nreturn a",
            "m = 0\nreturn b",
            "m = 0\nreturn n",
            "m = 0\nreturn s",
        ]),
        ("return [x for x in a]", [
            "return [a for x in a]", "return [b for x in a]", "return [n for x in a]",
            "return [s for x in a]", "return [x for x in b]", "return [x for x in n]",
            "return [x for x in s]", "return [x for x in x]",
        ]),
    ],
}  # fmt: skip

REFACTORINGS: dict[str, list[tuple[str, list[str]]]] = {
    "assignment_contracted": [
        ("t = 0\nt = t + n\nreturn t", ["t = 0\nt += n\nreturn t"]),
        ("t = 1\nt = t * (n + 1)\nreturn t", ["t = 1\nt *= (n + 1)\nreturn t"]),
        ("t = []\nt = t + [n]\nreturn t", []),  # the list that `t` was would grow
        ("a = a + 1", []),  # who knows what `a` is
        ("t = 0\nt = n + t\nreturn t", []),
    ],
    "assignment_expanded": [
        ("t = 0\nt += n\nreturn t", ["t = 0\nt = t + n\nreturn t"]),
        ("t = ''\nt += s * 2\nreturn t", ["t = ''\nt = t + (s * 2)\nreturn t"]),
        ("t = []\nt += [n]\nreturn t", []),
        ("t = 0\nt += a\nreturn t", []),  # `a` could be an array, and decide
        ("a += 1", []),
    ],
    "assignments_reordered": [
        ("t = 0\nu = []\nreturn t, u", ["u = []\nt = 0\nreturn t, u"]),
        ("t = a\nu = t\nreturn u", []),
        ("t = g()\nu = h()\nreturn u", []),
    ],
    "branches_inverted": [
        (
            "if a == b:\n    g()  # first\nelse:\n    h()\nreturn 1",
            ["if a != b:\n    h()\nelse:\n    g()  # first\nreturn 1"],
        ),
        ("if a:\n    g()\nelse:\n    h()", ["if not a:\n    h()\nelse:\n    g()\n"]),
        ("if a:\n    g()\nelif b:\n    h()", []),
        ("if a: g()\nelse: h()", []),
    ],
    "brackets_dropped": [
        ("return sum([x for x in a])", ["return sum(x for x in a)"]),
        ("return sum(x for x in a)", ["return sum([x for x in a])"]),
        ("return sorted([x for x in a], key=len)", ["return sorted((x for x in a), key=len)"]),
        ("return sorted((x for x in a), key=len)", ["return sorted([x for x in a], key=len)"]),
        ("return any([g(x) for x in a])", []),  # a generator would stop at the first
        ("sum = g\nreturn sum([x for x in a])", []),
    ],
    "chain_split": [
        ("return 0 < a < b", ["return 0 < a and a < b"]),
        ("return 0 < g() < b", []),  # it would be called twice
    ],
    "choice_inverted": [
        ("return 1 if a else 2", ["return 2 if not a else 1"]),
        ("return 1 if a == b else 2", ["return 2 if a != b else 1"]),
        ("return 1 if a < b else 2", ["return 2 if not (a < b) else 1"]),
    ],
    "choice_written_out": [
        ("return 1 if a else 2", ["if a:\n    return 1\nelse:\n    return 2"]),
        ("t = (1 if a else 2)", ["if a:\n    t = 1\nelse:\n    t = 2"]),
        ("return 1 if a else 2  # why", []),
    ],
    "comparison_turned": [
        ("return a < b", ["return b > a"]),
        ("return a == len(b)", ["return len(b) == a"]),
        ("return n % 2 == 0", ["return 0 == (n % 2)"]),
        ("return g() < h()", []),  # the calls would come in the other order
        ("return a in b", []),
    ],
    "comprehension_to_loop": [
        (
            "return [x + 1 for x in a if x]",
            [
                (
                    "gathered = []\nfor x in a:\n    if x:\n        gathered.append(x + 1)\n"
                    "return gathered"
                ),
            ],
        ),
        ("t = [x for x in a]", ["t = []\nfor x in a:\n    t.append(x)"]),
        ("x = 1\nt = [x for x in a]\nreturn x", []),  # the loop would set the other `x`
        ("a = [x for x in a]", []),
        ("return [lambda: x for x in a]", []),
    ],
    "condition_split": [
        ("if a and b:\n    g()", ["if a:\n    if b:\n        g()"]),
        ("if a and b:\n\tg()", ["if a:\n\tif b:\n\t\tg()"]),
        ("if a and b:\n    g()\nelse:\n    h()", []),
        ("if a or b:\n    g()", []),
        ("if a and b:\n    g('''\n''')", []),  # the text would be moved in too
    ],
    "de_morgan": [
        ("return not (a and b)", ["return not a or not b"]),
        ("return not (not a or b)", ["return a and not b"]),
        ("if a and b:\n    g()", ["if not (not a or not b):\n    g()"]),
        ("return a and b", []),  # what is returned is `a` or `b`, not their truth
    ],
    "default_bound": [
        ("return range(n)", ["return range(0, n)"]),
        ("return range(0, n)", ["return range(n)"]),
        ("return a[:n]", ["return a[0:n]"]),
        ("return a[0:]", ["return a[:]"]),
        ("return a[:n:-1]", []),
        ("return range(1, n)", []),
    ],
    "double_negation": [
        ("if a < b:\n    g()", ["if not not (a < b):\n    g()"]),
        ("return a", []),
        ("while True:\n    g()", []),
    ],
    "empty_display": [
        ("t = []", ["t = list()"]),
        ("t = dict()", ["t = {}"]),
        ("list = g\nt = []", []),
        ("[] = a", []),
    ],
    "for_to_while": [
        (
            "for i in range(n):\n    g(i)  # it\nreturn 1",
            ["i = 0\nwhile i < n:\n    g(i)  # it\n    i += 1\nreturn 1"],
        ),
        (
            "for i in range(1, len(a)):\n    g(a)\nreturn 1",
            ["stop = len(a)\ni = 1\nwhile i < stop:\n    g(a)\n    i += 1\nreturn 1"],
        ),
        (
            "for i in range(n):\n    n -= 1\n",
            ["stop = n\ni = 0\nwhile i < stop:\n    n -= 1\n    i += 1\n"],
        ),
        ("for i in range(n):\n    g()\nreturn i", []),  # it would be one more
        ("for i in range(n):\n    if a:\n        continue\n    g()", []),
        ("for i in range(n):\n    i += 1", []),
        ("for i in range(n):\n    a.append(lambda: i)", []),
        ("for i in range(0, n, 2):\n    g()", []),
        ("for i in range(g()):\n    h()", []),
        ("for x in a:\n    g()", []),
    ],
    "format_call": [
        ("return f'a{n}b'", ['return "a{}b".format(n)']),
        ("return f'{{{s}'", ['return "{{{}".format(s)']),
        ("return 'n: ' + str(n)", ['return "n: {}".format(n)']),
        ("return f'{n:3}'", []),
        ("return f'{n!r}'", []),
        ("return f'{g()}'", []),
        ("return f'a'", []),
    ],
    "local_renamed": [
        (
            "result = 0\nfor i in a:\n    result += i\nreturn result",
            [
                "answer = 0\nfor i in a:\n    answer += i\nreturn answer",
                "result = 0\nfor index in a:\n    result += index\nreturn result",
            ],
        ),
        ("t = 1\nanswer = 2\nresult = t + answer\nreturn 1", [
            "t = 1\nanswer = 2\nresult_value = t + answer\nreturn 1",
            "t = 1\nanswer_value = 2\nresult = t + answer_value\nreturn 1",
            "t_value = 1\nanswer = 2\nresult = t_value + answer\nreturn 1",
        ]),
        ("a = 1\nreturn a", []),  # a parameter: callers may name it
        ("t = 1\nreturn [t for t in a]", []),  # two variables of one name
        ("t = 1\nreturn f'{t}'", []),
        ("t = 1\nreturn locals()", []),
        ("global t\nt = 1", []),
        ("import t\nreturn t", []),
    ],
    "loop_to_comprehension": [
        (
            "t = []\nfor x in a:\n    if x:\n        t.append(x + 1)\nreturn t",
            ["t = [x + 1 for x in a if x]\nreturn t"],
        ),
        ("t = []\nfor x in a:\n    t.append(x)\nreturn x", []),
        ("t = []\nfor x in a:\n    t.append(len(t))\nreturn t", []),
        ("t = []\nfor x in a:\n    # why\n    t.append(x)\nreturn t", []),
        ("t = []\nfor x in a:\n    b.append(x)\nreturn t", []),
    ],
    "negated_form": [
        ("return a not in b", ["return not a in b"]),
        ("return not a in b", ["return a not in b"]),
        ("return a is not None", ["return not a is None"]),
        ("return n != 1", ["return not n == 1"]),
        ("if a != b:\n    g()", ["if not a == b:\n    g()"]),
        ("return a != b", []),  # of two arrays it is an array
        ("return not a < b", []),  # not a number is neither
    ],
    "operands_commuted": [
        ("return n + 1", ["return 1 + n"]),
        ("return(n)+1", ["return 1 + n"]),  # and not `return1`
        ("return len(a) * n", ["return n * len(a)"]),
        ("return s + 'x'", []),
        ("return a + b", []),
        ("return a * n", []),
        ("return n - 1", []),
    ],
    "parity": [
        ("return n % 2 == 1", ["return (n % 2) != 0"]),
        ("return n % 2 != 1", ["return (n % 2) == 0"]),
        ("return a % 2 == 1", []),  # 1.5 has another remainder
        ("return n % 3 == 1", []),
    ],
    "search_to_loop": [
        (
            "return any(x > n for x in a if x)",
            [
                "for x in a:\n    if x:\n        if x > n:\n            return True\nreturn False",
            ],
        ),
        (
            "return all(x > n for x in a)",
            ["for x in a:\n    if not (x > n):\n        return False\nreturn True"],
        ),
        ("return any([x for x in a])", []),
        ("return any(a for a in b)", []),
    ],
    "square": [
        ("return n ** 2", ["return n * n"]),
        ("return n * n", ["return n ** 2"]),
        ("return a ** 2", []),
        ("return n ** 3", []),
    ],
    "temporary_dropped": [
        ("t = g(a)\nreturn t", ["return g(a)"]),
        ("t = (a + b)\nreturn t", ["return (a + b)"]),
        ("t=g(a)\nreturn t", ["return g(a)"]),
        ("t = g(a)\nt += 1\nreturn t", []),
        ("t = g(a)  # why\nreturn t", []),
        ("global t\nt = 1\nreturn t", []),
    ],
    "value_named": [
        ("return a + b", ["result = a + b\nreturn result"]),
        ("if a < b:\n    g()", ["condition = a < b\nif condition:\n    g()"]),
        ("for x in g(a):\n    h(x)", ["elements = g(a)\nfor x in elements:\n    h(x)"]),
        ("t = g(a + b)", ["argument = a + b\nt = g(argument)"]),
        ("return (a +\n        b)", ["result = (a +\n        b)\nreturn (result)"]),
        ("return a", []),
        ("if a: return g(b)", []),
        ("if a:\n    pass\nelif g():\n    pass", []),
    ],
}  # fmt: skip
