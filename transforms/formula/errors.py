"""What a formula may be refused for; neither says anything about whether it is right."""

__all__ = ["TooLargeError", "UnreadableError"]


class UnreadableError(ValueError):
    """The text has no reading, more than one, or is over a limit."""


class TooLargeError(ValueError):
    """The value would take more work than is allowed; nothing of it was computed."""
