"""The real programs of the tests of edits, for the tests of what running them makes of them."""

from tests.negatives.conftest import real_data, references, some_references

__all__ = ["real_data", "references", "some_references"]
