"""The data sets that benchmarks read, and the published list of disagreements with them."""
