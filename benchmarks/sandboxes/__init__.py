"""The ways in which programs are run for `benchmarks.sandbox`, and what runs leave behind."""
