"""What can go wrong, by whose fault it is.

StepsmithError
├── UserError              the user's input: say what was given, what is allowed, the nearest right
│   ├── UsageError         the command line itself, before anything was looked at
│   ├── RecipeError        a recipe that cannot be run
│   ├── UnknownNameError   a name that is not registered
│   └── SourceError        a source that cannot be opened at all
├── ProblemError           this problem's own fault: an error record, the run goes on
│   └── RejectedRequestError   the server refused this request (too long, say)
├── EngineError            the policy's server is gone: the bundle fails and is retried
└── RunError               the run as a whole cannot go on, or did not add up

A verifier raises none of these for what a step says: it answers `undecided`.
"""

import difflib
from collections.abc import Iterable


class StepsmithError(Exception):
    """Anything that stepsmith raises on purpose."""


class UserError(StepsmithError):
    """The user's input cannot be used; the message says what was given and what is allowed."""


class UsageError(UserError):
    """A command line that is not understood; the message says which part of it."""


class RecipeError(UserError):
    """A recipe that cannot be run."""


class UnknownNameError(UserError):
    """A name that is not registered; the message names the nearest ones."""


class SourceError(UserError):
    """A source that cannot be opened at all."""


class ProblemError(StepsmithError):
    """One problem cannot be processed; it becomes an error record and the run goes on."""


class RejectedRequestError(ProblemError):
    """The server refused this request, and would again."""


class EngineError(StepsmithError):
    """The policy's server cannot be reached or restarted; never the problem's fault."""


class RunError(StepsmithError):
    """The run cannot go on, or its counts do not add up."""


def suggest(given: str, allowed: Iterable[str]) -> str:
    """Say which of `allowed` is nearest to `given`, and what else is allowed."""
    names = sorted(allowed)
    near = difflib.get_close_matches(given, names, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(map(repr, near))}?"
    return f"allowed: {', '.join(names) or 'nothing'}"
