"""Steps cut into tokens, as the readers of sides take them."""

from stepsmith.transforms.verify.steps.reader import Expression
from stepsmith.transforms.verify.steps.sides import Page, read_right
from stepsmith.transforms.verify.steps.tokens import tokenise


def page_of(text: str) -> Page:
    tokens = tokenise(text)
    return Page(text, tokens, [token.kind for token in tokens], x_multiplies=True)


def side(text: str) -> Expression:
    """Read text that is nothing but a side."""
    found = read_right(page_of(text), 0)
    assert found is not None, text
    return found.read
