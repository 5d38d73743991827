"""What a step says of whole numbers in words: `91 is prime`, `the factors of 12 are 1, 2, ...`."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

from stepsmith.transforms.verify.steps.number_facts import (
    MAX_FACTORED,
    MAX_TESTED,
    digit_sum,
    divisors,
    is_power,
    is_prime,
    prime_factors,
)
from stepsmith.transforms.verify.steps.number_lists import LIST_READERS
from stepsmith.transforms.verify.steps.number_operations import OPERATION_READERS
from stepsmith.transforms.verify.steps.number_relations import RELATION_READERS
from stepsmith.transforms.verify.steps.number_words import (
    EXPRESSION,
    LIST,
    NUMBER,
    NumberClaim,
    Reader,
    begins_cleanly,
    claim,
    ends_cleanly,
    ends_list,
    numbers,
    whole,
)

_SAYS: Final = r"(?:\s(?:also|itself|clearly|indeed|therefore|thus|still|obviously|then)){0,2}+"
_PREDICATE: Final = re.compile(
    rf"""(?ix) (?<![\w.,^\\/*+-]) (?P<subject>{LIST}) \)?+ ,?+ \s{{1,4}}+
      (?P<which>which\s)?+ (?: (?P<one>is)|are ) {_SAYS} (?P<not>n't|\snot)?+ \s
      (?: (?:evenly\s)?+ divisible \s (?:evenly\s)?+ by \s{{1,3}} (?P<divisor>{NUMBER})
        | (?:all\s|both\s)?+ (?: (?:an?|the)\s)?+ (?: multiples?\sof\s{{1,3}} (?P<base>{NUMBER})
          | (?:factor|divisor)s?\sof\s{{1,3}} (?P<divided>{NUMBER})
          | (?P<kind>prime|composite|even|odd|perfect\ssquare|perfect\scube)s?+
            (?:\s(?:numbers?|integers?))?+ (?![\w-]) ) )"""
)
_WHOLE: Final = re.compile(
    rf"""(?ix) (?: \\[dt]?frac\{{ (?P<above>{NUMBER}) \}}\{{ (?P<below>{NUMBER}) \}}
        | (?<![\w.,^\\/*+)-]) (?P<over>{NUMBER}) \s?/\s? (?P<under>{NUMBER}) ) \s?,?+
      \s{{1,3}}+ (?:which\s)?+ is {_SAYS} (?P<not>n't|\snot)?+ \s
      (?:an\sinteger|a\swhole\snumber)"""
)
_COMMON: Final = re.compile(
    rf"""(?ix) \b (?:the\s)?+ (?: (?P<divisor>greatest\scommon\s(?:divisor|factor) | highest
        \scommon\sfactor | GCD | GCF | HCF) | (?:least|lowest)\scommon\smultiple | LCM )
      (?: \s?\([A-Z]{{3}}\) )?+ \s of \s{{1,3}} (?:both\s)? (?P<of>{LIST}) \s{{0,3}}+
      (?: = | is | : )
      (?: \s(?:equal\sto|therefore|thus|then|simply) )?+ \s*+ (?P<value>{EXPRESSION})"""
)
_CALLED: Final = re.compile(
    rf"""(?ix) (?<![\w\\]) (?: \\(?:text|operatorname|mathrm|mbox)?\{{?)?+
      (?: (?P<divisor>gcd|gcf|hcf) | lcm ) \}}?+ \s?(?:\\left)?+ \( \s?+ (?P<of>{NUMBER}
      (?: \s?,\s?{NUMBER} ){{1,8}}+ ) \s?+ (?:\\right)?+ \) \s{{0,3}}+ (?: = | is | \sequals )
      \s{{0,3}}+ (?P<value>{EXPRESSION})"""
)
_REMAINDER: Final = re.compile(
    rf"""(?ix) \b (?:the\s)?+ remainder \s when \s{{1,3}} (?P<of>{EXPRESSION}) is \s divided \s by
      \s{{1,3}} (?P<by>{NUMBER}) \s{{1,3}} is \s{{1,3}} (?P<value>{NUMBER})"""
)
_LEAVES: Final = re.compile(
    rf"""(?ix) (?<![\w.,^\\/*+(-]) (?P<of>{NUMBER}) \s{{1,3}}
      (?: (?:is\s)?divided\sby\s{{1,3}} (?P<by>{NUMBER}) \s{{1,3}} (?:leaves|has|gives)
          \s a \s remainder \s of \s{{1,3}} (?P<value>{NUMBER})
        | leaves\sa\sremainder\sof\s{{1,3}} (?P<left>{NUMBER}) \s{{1,3}} when\sdivided\sby
          \s{{1,3}} (?P<divisor>{NUMBER}) )"""
)
_CONGRUENT: Final = re.compile(
    rf"""(?ix) (?P<one>{EXPRESSION}) (?:\\equiv|≡) \s?+ (?P<other>{EXPRESSION})
      (?: \\pmod \s? \{{? \s? (?P<a>{NUMBER}) | \\?[,;]? \s? \(? \s? \\?(?:text\{{)?(?:mod)\s?\}}?
      \s? (?P<b>{NUMBER}) | \\[b]?mod \s? \{{? (?P<c>{NUMBER}) )"""
)
# What stands before belongs to the first side: `x + 2^9`, `\cdot 3`, `n 5`, `f(3)`.
_GOES_ON_FROM: Final = re.compile(
    r"""(?x) (?: [-+*/^_(=,|≡{}] | (?i:mod) | (?<![A-Za-z])[A-Za-z] | [A-Za-z0-9](?<=\S)$
      | \\[a-z]{1,9} ) \s*+ $"""
)
_BEFORE: Final = 20
_AND_MORE: Final = re.compile(
    r"\s{0,2}(?:,\s?[0-9]{1,9}){0,4}+,?\s{1,2}and\s{1,2}[0-9]{1,9}[.,;]?(?=\s|$)"
)
_DIGIT_SUM: Final = re.compile(
    rf"""(?ix) \b (?:the\s)?+ sum \s of \s the \s digits \s (?:of|in) \s{{1,3}} (?P<of>{NUMBER})
      \s{{1,3}} is \s{{1,3}} (?P<value>{EXPRESSION})"""
)
_LAST_DIGIT: Final = re.compile(
    rf"""(?ix) \b (?:the\s)?+ (?:units?|last|ones|final) \s digit \s of \s{{1,3}}
      (?P<of>{EXPRESSION}) is \s{{1,3}} (?P<value>[0-9]) (?![0-9.,]*[0-9])"""
)
_COUNT: Final = re.compile(
    rf"""(?ix) (?<![\w.,^\\/*+(-]) (?P<of>{NUMBER}) \s{{1,3}} has \s (?:exactly\s|a\stotal\sof\s)?+
      (?P<value>{NUMBER}) \s{{1,3}} (?: (?:positive\s)?+ (?:integer\s)?+ divisors
        | positive \s (?:integer\s)?+ factors )"""
)
_FACTORIZATION: Final = re.compile(
    rf"""(?ix) \b (?:the\s)?+ prime \s factori[sz]ation \s of \s{{1,3}} (?P<of>{NUMBER}) \s{{1,3}}
      (?: is | = ) \s{{1,3}} (?P<value>{EXPRESSION})"""
)


def find_number_claims(text: str) -> Iterator[NumberClaim]:
    """Yield the statements about numbers in a plain text that can be told true or false."""
    for pattern, judge in _READERS:
        for found in pattern.finditer(text):
            if (judged := judge(found)) is not None:
                yield judged


def _predicate(found: re.Match[str]) -> NumberClaim | None:
    subjects = numbers(found["subject"])
    is_one, is_denied = found["one"] is not None, found["not"] is not None
    if (len(subjects) == 1) != is_one or (is_denied and not is_one):
        return None
    text, named = found.string, found["which"] is not None
    if not begins_cleanly(text, found.start(), named=named) or not _ends(found):
        return None
    for subject in subjects:
        holds = _holds(found, subject)
        if holds is None:
            return None
        if holds is is_denied:
            return claim(found, _reason(found, subject), truth=False)
    return claim(found, "", truth=True)


def _ends(found: re.Match[str]) -> bool:
    """Tell whether a predicate ends; of `divisible by 3 and 4` the first part is enough.

    Of several numbers each may have one of its own: `2, 3 and 4 are even, odd and even`.
    """
    if found["one"] is None:
        return ends_list(found.string, found.end())
    if ends_cleanly(found.string, found.end()):
        return True
    after = found.string[found.end() : found.end() + _BEFORE]
    first = found["divisor"] is not None and found["not"] is None
    return first and _AND_MORE.match(after) is not None


def _holds(found: re.Match[str], subject: int) -> bool | None:
    for name, (divided, by) in {
        "divisor": (subject, found["divisor"]),
        "base": (subject, found["base"]),
        "divided": (found["divided"], subject),
    }.items():
        if found[name] is not None:
            [over], [under] = numbers(str(divided)), numbers(str(by))
            return over % under == 0 if under else None
    kind = re.sub(r"\s", " ", found["kind"].lower())
    if kind in {"prime", "composite"}:
        if subject > MAX_TESTED:
            return None
        return is_prime(subject) if kind == "prime" else subject > 1 and not is_prime(subject)
    if kind in {"even", "odd"}:
        return subject % 2 == (kind == "odd")
    return is_power(subject, 2 if kind == "perfect square" else 3)


def _reason(found: re.Match[str], subject: int) -> str:
    """Say what refutes a predicate: a factor, a remainder, or that there is none."""
    for name in ("divisor", "base", "divided"):
        if found[name] is not None:
            [number] = numbers(found[name])
            over, under = (number, subject) if name == "divided" else (subject, number)
            return f"{over} divided by {under} leaves {over % under}"
    if 1 < subject <= MAX_FACTORED and re.match("(?i)prime|composite", found["kind"]):
        factors = prime_factors(subject)
        return (
            f"{subject} = {_product(factors)}" if not is_prime(subject) else f"{subject} is prime"
        )
    article = "a " if found["kind"].lower().startswith("perfect") else ""
    return f"{subject} is {'' if found['not'] else 'not '}{article}{found['kind']}"


def _product(factors: dict[int, int]) -> str:
    return " * ".join(
        f"{prime}^{power}" if power > 1 else f"{prime}" for prime, power in factors.items()
    )


def _is_whole(found: re.Match[str]) -> NumberClaim | None:
    [over] = numbers(found["above"] or found["over"])
    [under] = numbers(found["below"] or found["under"])
    if (
        not under
        or not begins_cleanly(found.string, found.start())
        or not ends_cleanly(found.string, found.end())
    ):
        return None
    truth = (over % under == 0) is (found["not"] is None)
    return claim(found, f"{over} divided by {under} leaves {over % under}", truth=truth)


def _common(found: re.Match[str]) -> NumberClaim | None:
    of = numbers(found["of"])
    value = _value(found)
    if value is None or len(of) < 2 or 0 in of:  # noqa: PLR2004 -- common to two
        return None
    written, end = value
    right = math.gcd(*of) if found["divisor"] else math.lcm(*of)
    return claim(found, f"it is {right}", truth=written == right, end=end)


def _value(found: re.Match[str]) -> tuple[int, int] | None:
    """Return the value that ends a match and where it ends, if nothing goes on computing there."""
    written = found["value"].rstrip()
    end = found.start("value") + len(written)
    after = found.string[end : end + 12].lstrip(" ")
    if re.match(r"[-+*/^(!.0-9A-Za-z\\]", after) and not ends_cleanly(found.string, end):
        return None
    value = whole(written)
    return None if value is None else (value, end)


def _remainder(found: re.Match[str]) -> NumberClaim | None:
    of = whole(found["of"].strip())
    [by], [value] = numbers(found["by"]), numbers(found["value"])
    if of is None or not by or not ends_cleanly(found.string, found.end()):
        return None
    return claim(found, f"it is {of % by}", truth=of % by == value)


def _leaves(found: re.Match[str]) -> NumberClaim | None:
    [of] = numbers(found["of"])
    [by] = numbers(found["by"] or found["divisor"])
    [value] = numbers(found["value"] or found["left"])
    text = found.string
    if not by or not begins_cleanly(text, found.start()) or not ends_cleanly(text, found.end()):
        return None
    return claim(found, f"{of} divided by {by} leaves {of % by}", truth=of % by == value)


def _congruent(found: re.Match[str]) -> NumberClaim | None:
    before = found.string[max(0, found.start() - _BEFORE) : found.start()]
    if _GOES_ON_FROM.search(before):
        return None
    one, other = whole(found["one"].strip()), whole(found["other"].strip().rstrip("({ "))
    [by] = numbers(found["a"] or found["b"] or found["c"])
    if one is None or other is None or by < 2:  # noqa: PLR2004 -- all are congruent modulo 1
        return None
    computed = f"they leave {one % by} and {other % by}"
    return claim(found, computed, truth=(one - other) % by == 0)


def _digit_sum(found: re.Match[str]) -> NumberClaim | None:
    [of], value = numbers(found["of"]), _value(found)
    if value is None:
        return None
    return claim(found, f"it is {digit_sum(of)}", truth=value[0] == digit_sum(of), end=value[1])


def _last_digit(found: re.Match[str]) -> NumberClaim | None:
    of = whole(found["of"].strip())
    if of is None or of < 0 or not ends_cleanly(found.string, found.end()):
        return None
    return claim(found, f"it is {of % 10}", truth=of % 10 == int(found["value"]))


def _count(found: re.Match[str]) -> NumberClaim | None:
    [of], [value] = numbers(found["of"]), numbers(found["value"])
    text = found.string
    clean = begins_cleanly(text, found.start()) and ends_cleanly(text, found.end())
    if not clean or not 0 < of <= MAX_FACTORED:
        return None
    right = len(divisors(of))
    return claim(found, f"it has {right}", truth=right == value)


def _factorization(found: re.Match[str]) -> NumberClaim | None:
    [of], value = numbers(found["of"]), _value(found)
    if value is None:
        return None
    return claim(found, f"the product is {value[0]}", truth=value[0] == of, end=value[1])


_READERS: Final[Sequence[Reader]] = (
    (_PREDICATE, _predicate),
    (_WHOLE, _is_whole),
    *LIST_READERS,
    *RELATION_READERS,
    *OPERATION_READERS,
    (_COMMON, _common),
    (_CALLED, _common),
    (_REMAINDER, _remainder),
    (_LEAVES, _leaves),
    (_CONGRUENT, _congruent),
    (_DIGIT_SUM, _digit_sum),
    (_LAST_DIGIT, _last_digit),
    (_COUNT, _count),
    (_FACTORIZATION, _factorization),
)
