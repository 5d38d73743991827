"""Folders that guards keep programs' files in, and the removal of those whose owners are dead.

A guard removes what it made, unless it was killed; its owner removes the folder then, unless that
was killed too; whoever opens a sandbox next removes what is left.
"""

import json
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from stepsmith.sandboxes.owner import DEADLINE, is_abandoned, labels

_NEW, _PREFIX = ".stepsmith-new-", "stepsmith-scratch-"
_OWNER = "owner.json"
_NEWEST_S = 3600
"""So long after it was made one that has no owner's name yet may be about to be given it."""

_LONGEST_S = 30 * 86_400
"""How long it may outlive an owner in another container, whom nobody here can see."""


def make() -> Path:
    """Make a folder that only we, and whoever we let, can look into; others may pass."""
    folder = Path(tempfile.mkdtemp(prefix=_NEW))
    now = time.time()
    marks = labels(now) | {DEADLINE: str(int(now) + _LONGEST_S)}
    (folder / _OWNER).write_text(json.dumps(marks))
    (folder / _OWNER).chmod(0o600)
    folder.chmod(0o711)  # at the level `uid` a program's folder is in here, and it must get there
    # Under its final name it has an owner from the first moment: nobody may take it for abandoned.
    return folder.rename(folder.with_name(_PREFIX + folder.name.removeprefix(_NEW)))


def remove(folder: Path) -> None:
    """Remove a folder and all in it; what cannot be removed now is left to the next sweep."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep() -> int:
    """Remove the folders of dead owners, and say how many there were."""
    n_removed = 0
    try:
        place = Path(tempfile.gettempdir())
    except FileNotFoundError:  # there is none that can be written to
        return 0
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError, ValueError):  # somebody else's, or somebody else was quicker
            marks = json.loads((folder / _OWNER).read_text())
            if is_abandoned(marks, time.time()):
                remove(folder)
                n_removed += 1
    for folder in place.glob(f"{_NEW}*"):
        with suppress(OSError):
            if folder.stat().st_mtime < time.time() - _NEWEST_S:
                remove(folder)
                n_removed += 1
    return n_removed
