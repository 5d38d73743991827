"""File systems, behind the few operations that sources and sinks need."""

from stepsmith.transforms.files.base import Files
from stepsmith.transforms.files.local import LocalFiles

__all__ = ["Files", "LocalFiles"]
