r"""Judge what is said to be another form: `$A$ simplifies to $B$`, `expand $A$ to get $B$`.

Only formulas with fences of their own are read, which begin and end for sure.
"""

import re
from collections.abc import Iterator

from stepsmith.transforms.derive.agree import compare_everywhere
from stepsmith.transforms.derive.chains import Chain, Side
from stepsmith.transforms.derive.context import is_other_arithmetic, supposes
from stepsmith.transforms.derive.expression import opaque
from stepsmith.transforms.derive.functions import definitions
from stepsmith.transforms.derive.judgement import Judgement, show, show_point
from stepsmith.transforms.derive.points import Setting
from stepsmith.transforms.derive.statements import Pair, read_side
from stepsmith.transforms.derive.trail import Trail

_RULE = "said to be another form"
_AGREE = "the sides agree at every point tried"
_SAID = re.compile(
    r"""(?ix) \$ (?P<left>[^$\n=<>≠≤≥≈]{1,200}) \$ ,?+ [ ] (?P<link>[A-Za-z ,]{2,40}+) \$
      (?P<right>[^$\n=<>≠≤≥≈]{1,200}) \$"""
)
_SAYS = re.compile(
    r"""(?ix) (?: which[ ] )? (?: (?:can|may)[ ] (?:also[ ])? be[ ] | then[ ] | further[ ] )?
      (?: (?:simplifie[sd]|expand(?:s|ed)|reduce[sd]) [ ] (?:further[ ]|down[ ])? (?:to|as)
        | factor(?:s|ed) [ ] as | (?:re)?written [ ] as | expressed [ ] as
        | is [ ] equal [ ] to | equals ) [ ]"""
)
_LEADS = re.compile(
    r"""(?ix) (?:we[ ])? (?:to[ ]get | gives (?:[ ]us)? | yields | get | obtain | have
      | results[ ]in | as) [ ]"""
)
_REWRITES = re.compile(
    r"""(?ix) \b (?:expand(?:ing)? | simplify(?:ing)? | factor(?:ing)? | rewrit(?:e|ing)
      | multiply(?:ing)?[ ]out) [ ]
      (?:(?:the|this)[ ](?:expression|product|fraction|polynomial|numerator|denominator)[ ])?+ $"""
)
_ENDS = re.compile(r"\s*+(?:$|\n|[.;)]|,(?! ?\$| and \$)|(?:so|because|since|which)\b)")
_UNSURE = re.compile(
    r"\\(?:text|pm|mp|ldots|cdots|dots|overline|equiv|approx|neq?|[lg]eq?|sim|to|circ|ln|log)(?![a-z])"
    r"|[%:;,|…°~]"
)
_DENIED = re.compile(
    r"(?i)\b(?:without|cannot|never|wrong\w*|incorrect\w*|into|digits?)\b|\b(?:not|no)\b"
)
_FAR = 200
_NEAR = 60


def judge_said(trail: Trail) -> Iterator[Judgement]:
    """Compare two formulas of which the step says that one is the other in another form."""
    text = trail.texts[-1]
    if text.count("$") < 4 or is_other_arithmetic(" ".join(trail.texts)):  # noqa: PLR2004 -- fences
        return
    setting: Setting | None = None
    for found in _SAID.finditer(text):
        pair = _pair(found)
        if pair is None or not _is_said(found):
            continue
        if pair.names and "equal" in found["link"].lower():
            continue  # a condition, perhaps
        if setting is None:
            setting = Setting(definitions(trail))
        compared = compare_everywhere(pair.left, pair.right, setting)
        if compared.agreement == "always":
            yield Judgement(pair, "true", _RULE, _AGREE)
        elif compared.agreement == "never" and compared.values is not None:
            at = f"at {show_point(compared.point)} " if compared.point else ""
            one, other = compared.values
            computed = f"{at}the sides are {show(one)} and {show(other)}"
            sure = not _is_conditional(trail, pair)
            yield Judgement(pair, "false" if sure else "open", _RULE, computed)


def _is_said(found: re.Match[str]) -> bool:
    """Tell whether the words between, and those before, say that it is another form."""
    text, start = found.string, found.start()
    before = text[max(0, start - _FAR) : start]
    sentence = re.split(r"[.;\n](?=\s|$)", before)[-1]
    if supposes(sentence) or _DENIED.search(sentence) or not _ENDS.match(text, found.end()):
        return False
    if _SAYS.fullmatch(found["link"]) is not None:
        return not before.rstrip().endswith(("+", "-", "*", "/", "of", "by", "times", "minus"))
    leads = _LEADS.fullmatch(found["link"]) is not None
    return leads and _REWRITES.search(before[-_NEAR:]) is not None


def _pair(found: re.Match[str]) -> Pair | None:
    """Read both sides; None unless both are expressions in the same variables."""
    sides = found["left"].strip(), found["right"].strip()
    if any(_UNSURE.search(side) for side in sides):
        return None
    left, right = map(read_side, sides)
    if left is None or right is None or left.names != right.names:
        return None
    if any(side.calls or side.has_decimals or side.either for side in (left, right)):
        return None
    start, end = found.start("left"), found.end("right")
    spans = found.span("left"), found.span("right")
    chain = Chain.of(tuple(Side(source, *span) for source, span in zip(sides, spans, strict=True)))
    equation = opaque(left), opaque(right)
    return Pair(left, right, equation, left.names, found.string[start:end], start, end, chain, 0)


def _is_conditional(trail: Trail, pair: Pair) -> bool:
    """Tell whether an equation about these variables, stated anywhere, may make the sides equal."""
    return any(each.names & pair.names for each in trail.statements)
