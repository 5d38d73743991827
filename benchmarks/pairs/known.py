"""Pairs of the public set whose published expectation is plainly wrong, and why.

Listed, never fitted: they count against us like all others. By their index in the set.
"""

_ORDER = "a list of values is the same in any order; two other sources of the set expect that"
_TOLERANCE = "unequal numbers, equal only under a tolerance that the pair does not state"
_DISPLAY = "the same answer in the same delimiters with line breaks, which other pairs accept"

PLAINLY_WRONG: dict[int, str] = {
    28: _DISPLAY,
    29: _DISPLAY,
    156: "a pair is no set; the same set of pairs expects (3,1) and {1,3} to differ",
    179: "the same interval as in the pair before, which is expected to be equal",
    182: "the gold text is damaged: a tab and `ext{13}`",
    252: "1 - 1/e is not 1 + 1/e",
    287: _ORDER,
    293: _ORDER,
    332: "the next pair has the same two numbers and expects the opposite",
    334: _TOLERANCE,
    335: _TOLERANCE,
}
