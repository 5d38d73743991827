"""Exporters, one a file: records to what trainers and evaluations read."""

from stepsmith.transforms.format.base import (
    FORMATS,
    Carried,
    CarriedEvidence,
    CarriedPair,
    Format,
    LeftOut,
    exporter,
)

__all__ = ["FORMATS", "Carried", "CarriedEvidence", "CarriedPair", "Format", "LeftOut", "exporter"]
