"""What a run's folder says of how far its labels depend on the evidence."""

from collections.abc import Mapping

import msgspec

from stepsmith.schemas.codec import known
from stepsmith.schemas.errors import UserError
from stepsmith.transforms.files import Files

__all__ = ["ALL", "FILE_NAME", "Stated", "stated_dependence"]

FILE_NAME = "evidence_dependence.json"
"""Where the result of `stepsmith dependence` stands in a run's folder."""

ALL = "all"
"""The name of all blocks together, which are measured where there are several."""


class Stated(msgspec.Struct, frozen=True):
    """The verdict of the file, why it is refused, and what it is about; the file holds more."""

    verdict: str
    reasons: tuple[str, ...] = ()
    blocks: Mapping[str, object] = {}

    @property
    def dependent(self) -> bool:
        """Say whether the set was found to be evidence-dependent."""
        return self.verdict == "evidence_dependent"

    def to_text(self) -> str:
        """Return the verdict in one line."""
        if self.dependent:
            # One block may depend on its evidence in a set that as a whole does not.
            alone = "" if ALL in self.blocks else ", ".join(self.blocks)
            return f"evidence-dependent (block {alone})" if alone else "evidence-dependent"
        return "; ".join(("not evidence-dependent", *self.reasons))


def stated_dependence(files: Files, dataset: str) -> Stated | None:
    """Read what was found of a run; nothing where nobody has asked yet.

    Raises `UserError` for a file that `stepsmith dependence` did not write.
    """
    path = f"{dataset.rstrip('/')}/{FILE_NAME}"
    if not files.exists(path):
        return None
    with files.open_read(path) as file:
        written = file.read()
    try:
        return msgspec.json.decode(written, type=known(Stated))
    except (msgspec.DecodeError, UnicodeDecodeError):
        msg = f"{path} is no result of `stepsmith dependence`; run that again"
        raise UserError(msg) from None
