"""From signals to labels."""

from stepsmith.transforms.label.base import LABELERS, Labeler, labeler

__all__ = ["LABELERS", "Labeler", "labeler"]
