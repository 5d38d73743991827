"""Exporters, one a file: rows to what trainers and evaluations read."""
