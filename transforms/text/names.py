"""Names as they are compared: without what writers differ in."""

import unicodedata

__all__ = ["fold"]


def fold(name: str) -> str:
    """Return a name without case, spaces too many, and the ways to write a letter's accent."""
    return unicodedata.normalize("NFC", " ".join(name.split()).casefold())
