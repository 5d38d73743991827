"""A run taken apart: what it does between its source and its tables, each by itself."""
