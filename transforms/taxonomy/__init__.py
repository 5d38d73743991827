"""Taxonomies: how a term is placed in one, step by step."""
