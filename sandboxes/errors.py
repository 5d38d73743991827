"""What can go wrong around programs and calls that run in processes of their own.

StepsmithError
├── DeadlineError   the time was up: the process is gone, and nothing is known of the answer
├── WorkerError     the call raised, or took its process down with it
│   └── KilledError     the process was killed from outside, again and again
└── SandboxError    no program can be run as safely as was asked for

None is ever a verdict. Of the first ones a verifier answers `undecided` and says which it was; a
sandbox that cannot be opened ends the work that needs it.
"""

from stepsmith.schemas.errors import StepsmithError


class DeadlineError(StepsmithError):
    """The call ran past its deadline; its process was killed."""


class WorkerError(StepsmithError):
    """The call raised (`TypeName: message`), or its process died or could not be started."""


class KilledError(WorkerError):
    """The process was killed from outside, which says nothing of the call that it had in work."""


class SandboxError(StepsmithError):
    """No sandbox can be opened that is as safe as was asked for, or one that was open is down."""
