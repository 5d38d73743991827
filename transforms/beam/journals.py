"""Where the journal of a shard is kept."""

import hashlib
import tempfile
from pathlib import Path

from stepsmith.transforms.beam.files import files_of
from stepsmith.transforms.job import Job


def journal_path(job: Job, index: int) -> Path:
    """Return where a shard's journal is kept: with the run, or on this machine if that is remote.

    Object stores cannot append; there a journal survives the process and not the machine.
    """
    local = files_of(job.root).local_path(job.layout.journal(index))
    if local is not None:
        return Path(local)
    place = hashlib.blake2b(job.root.encode(), digest_size=8).hexdigest()
    folder = Path(tempfile.gettempdir()) / f"stepsmith-journal-{job.digest}-{place}"
    return folder / Path(job.layout.journal(index)).name
