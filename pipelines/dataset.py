"""Finished runs as the commands read them: by their folder, local or remote."""

from collections.abc import Iterator

from stepsmith.schemas.records import LabelledTrajectory
from stepsmith.transforms.files import Files, LocalFiles
from stepsmith.transforms.sink.read import read_trajectories


def files_at(path: str) -> Files:
    """Return the files that `path` is among. Beam, 3 s to import, is paid for remote ones only."""
    if "://" not in path:
        return LocalFiles()
    from stepsmith.transforms.beam.files import files_of

    return files_of(path)


def read_dataset(folder: str) -> Iterator[LabelledTrajectory]:
    """Read the rows of a finished run; raises `UserError` where there is none."""
    return read_trajectories(files_at(folder), folder)
