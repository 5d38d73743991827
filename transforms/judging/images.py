"""The warmed interpreters that a recipe may name: what they have loaded when a program begins.

What only is imported is not warm: numpy and sympy load and compile much of themselves when they
are first used, which in a fresh process each time would cost more than most programs do.
"""

from collections.abc import Mapping
from functools import cache

from stepsmith.sandboxes.images import Image
from stepsmith.schemas.errors import UserError, suggest
from stepsmith.transforms.judging.programs import warm_source

_STANDARD = """\
import bisect, collections, copy, dataclasses, datetime, decimal, enum, fractions, functools
import hashlib, heapq, io, itertools, json, math, operator, random, re, statistics, string, sys
import time, traceback, typing

decimal.Decimal("0.1") + fractions.Fraction(1, 3).numerator
hashlib.sha256(json.dumps(json.loads('{"a": [1, 2.5, null]}')).encode()).hexdigest()
re.sub(r"(\\w+)", r"<\\1>", datetime.date(2000, 1, 1).isoformat())
statistics.fmean([1.0, 2.0])
try:
    1 / 0
except ZeroDivisionError:
    traceback.format_exc()
"""

_NUMERIC = """\
import numpy
import sympy

_x, _y = sympy.symbols("x y")
sympy.solve(_x**2 - 3 * _x + 2, _x)
sympy.solve([_x + _y - 3, _x - _y - 1], [_x, _y])
sympy.simplify(sympy.sin(_x) ** 2 + sympy.cos(_x) ** 2)
sympy.factor(sympy.expand((_x + 1) ** 3 * (_x - 2)))
sympy.integrate(_x * sympy.exp(_x), _x)
sympy.diff(sympy.log(_x) * _x, _x)
sympy.N(sympy.sqrt(2) + sympy.pi, 20)
sympy.factorint(360), sympy.isprime(97), sympy.binomial(10, 3), str(sympy.Rational(1, 3))
sympy.Matrix([[1, 2], [3, 4]]).inv()
numpy.linalg.solve(numpy.array([[3.0, 1.0], [1.0, 2.0]]), numpy.array([9.0, 8.0]))
numpy.arange(6).reshape(2, 3).sum(axis=0).tolist(), str(numpy.linspace(0.0, 1.0, 5))
numpy.random.default_rng(0).normal(size=3).mean()
del _x, _y
"""


@cache
def images() -> Mapping[str, Image]:
    """Return the images by name: "python", and "numeric" that has numpy and sympy as well."""
    hosts = warm_source()
    return {
        "python": Image(name="python", warm=(hosts, _STANDARD)),
        "numeric": Image(name="numeric", warm=(hosts, _STANDARD, _NUMERIC), packages=True),
    }


def image_of(name: str) -> Image:
    """Return the image called `name`; raises `UserError` naming the nearest."""
    known = images()
    if name not in known:
        msg = f"no image {name!r} in [sandbox]; {suggest(name, known)}"
        raise UserError(msg)
    return known[name]
