"""What a call into a worker process can end in, besides its result.

StepsmithError
├── DeadlineError   the time was up: the process is gone, and nothing is known of the answer
└── WorkerError     the call raised, or took its process down with it
    └── KilledError     the process was killed from outside, again and again

Neither is ever a verdict: a verifier answers `undecided` and says which of them it was.
"""

from stepsmith.schemas.errors import StepsmithError


class DeadlineError(StepsmithError):
    """The call ran past its deadline; its process was killed."""


class WorkerError(StepsmithError):
    """The call raised (`TypeName: message`), or its process died or could not be started."""


class KilledError(WorkerError):
    """The process was killed from outside, which says nothing of the call that it had in work."""
