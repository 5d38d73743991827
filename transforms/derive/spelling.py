"""Write a formula in one line, as it was read."""

from stepsmith.transforms.formula.tree import Apply, Formula, Number, Symbol

_MAX_DEPTH = 30
_INFIX = {"+": (1, " + "), "*": (2, "*"), "/": (2, "/"), "^": (4, "^")}


def spell(formula: Formula) -> str:
    """Return the formula in plain infix, brackets where they are needed."""
    return _spell(formula, 0, _MAX_DEPTH)


def _spell(formula: Formula, outside: int, depth: int) -> str:
    if isinstance(formula, Number):
        text = str(formula.value)
        return f"({text})" if "/" in text and outside > 1 else text
    if isinstance(formula, Symbol):
        return formula.name
    if not isinstance(formula, Apply) or depth == 0:
        return "..."
    return _spell_applied(formula, outside, depth)


def _spell_applied(formula: Apply, outside: int, depth: int) -> str:
    if formula.name == "neg":
        return _bracketed(f"-{_spell(formula.arguments[0], 2, depth - 1)}", 1, outside)
    if formula.name in _INFIX:
        binding, sign = _INFIX[formula.name]
        inside = binding + (formula.name in {"/", "^"})
        parts = [_spell(part, inside, depth - 1) for part in formula.arguments]
        return _bracketed(sign.join(parts).replace("+ -", "- "), binding, outside)
    name, arguments = formula.name, formula.arguments
    if name == "call" and isinstance(arguments[0], Symbol):
        name, arguments = arguments[0].name, arguments[1:]
    return f"{name}({', '.join(_spell(part, 0, depth - 1) for part in arguments)})"


def _bracketed(text: str, binding: int, outside: int) -> str:
    return f"({text})" if binding < outside else text
