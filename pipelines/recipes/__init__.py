"""Recipes that ship, one a file."""
