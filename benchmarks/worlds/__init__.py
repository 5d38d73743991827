"""Worlds in which every probability is known, and walks of plans through them."""
