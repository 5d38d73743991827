"""The operators, a few of one family a file; every module here is scanned."""
