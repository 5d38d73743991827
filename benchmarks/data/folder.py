"""Where the data sets stand, and the columns of their tables."""

import os
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import CannotRunError

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"


def data_folder() -> Path:
    """Return the folder named by `STEPSMITH_DATA`, or the one beside the repository.

    Raises `CannotRunError` where there is no such folder.
    """
    return existing(Path(os.environ.get("STEPSMITH_DATA", _BESIDE)))


def existing(path: Path) -> Path:
    """Return a path of the data; raises `CannotRunError` where nothing stands there."""
    if not path.exists():
        msg = f"there is no {path}; set STEPSMITH_DATA to the folder of the data sets"
        raise CannotRunError(msg)
    return path


def read_columns(path: Path, columns: Sequence[str]) -> list[list[str]]:
    """Read columns of a Parquet file; raises `CannotRunError` where it is not there."""
    import pyarrow.parquet as pq

    table = pq.read_table(existing(path), columns=list(columns))
    return [table[column].to_pylist() for column in columns]
