"""What is known of a relation besides its facts: how it is written, and how it behaves."""

import dataclasses
import re

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BETWEEN = re.compile(r"[\s_\-:#]+")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Relation:
    """A relation: `head TEXT tail`, read the other way as `tail INVERSE_PHRASE head`.

    `text` is its main wording and `phrases` are further ones. `inverse` is the key of the relation
    that holds the other way round, if the graph has one. `functional`: a head has one tail at most.
    """

    key: str
    text: str = ""
    phrases: tuple[str, ...] = ()
    inverse: str | None = None
    inverse_phrases: tuple[str, ...] = ()
    symmetric: bool = False
    functional: bool = False


def with_text(relation: Relation) -> Relation:
    """Return the relation with a text, read off its key where it has none."""
    if relation.text:
        return relation
    return dataclasses.replace(relation, text=text_of(relation.key))


def text_of(key: str) -> str:
    """Read a wording off a key: `isPartOf` is "is part of", `/film/film/genre` is "genre".

    Of a chain of paths such as `/tv/program/cast./tv/role/actor` the ends count: "cast actor".
    """
    ends = [part.rstrip("/").rpartition("/")[2] for part in key.split("./")]
    spaced = _HUMP.sub(" ", " ".join(ends))
    return _BETWEEN.sub(" ", spaced).strip().lower() or key
