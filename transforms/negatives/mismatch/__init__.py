"""Mismatches as negatives: a problem with the steps of another one (CLIP's pairs, for steps)."""
