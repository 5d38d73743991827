"""The operators, by what they edit; every module here is scanned."""
