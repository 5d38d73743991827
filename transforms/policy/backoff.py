"""Decide how long to wait before a server is asked again."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from random import Random

_FIRST_S = 0.5
_LONGEST_S = 30.0


def backoff_s(attempt: int, rng: Random) -> float:
    """Return the pause after the `attempt`th failure (from 1): doubling, with jitter.

    It lies between half its bound and its bound of min(30, 0.5 * 2**(attempt - 1)) seconds.
    """
    # The exponent is capped because 2.0**1024 overflows, long after the bound is reached.
    bound = min(_LONGEST_S, _FIRST_S * 2.0 ** min(attempt - 1, 16))
    return bound * rng.uniform(0.5, 1.0)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the pause that a server asked for, or null where it asked for none.

    A date is read against the answer's own `Date`, so that our clock has no say.
    """
    asked = headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
        now = parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):  # a missing or unreadable date; one without a zone
        return None
