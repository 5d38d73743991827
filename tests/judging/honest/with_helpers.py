"""Sorts by merging, with helpers, a class and a module-level table."""

import dataclasses
import json


@dataclasses.dataclass
class Pair:
    left: list
    right: list


MEMO = {}


def merge(pair):
    merged = []
    left, right = list(pair.left), list(pair.right)
    while left and right:
        merged.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
    return merged + left + right


def solve(xs):
    key = json.dumps(xs)
    if key not in MEMO:
        half = len(xs) // 2
        MEMO[key] = xs if half == 0 else merge(Pair(solve(xs[:half]), solve(xs[half:])))
    return MEMO[key]


if __name__ == "__main__":
    raise SystemExit("nobody runs this")
