"""The rows and the sinks that `benchmarks.sink` compares."""
