"""Exporters, one a file: rows to what trainers and evaluations read."""

from stepsmith.transforms.format.base import FORMATS, Carried, Format, LeftOut, exporter

__all__ = ["FORMATS", "Carried", "Format", "LeftOut", "exporter"]
