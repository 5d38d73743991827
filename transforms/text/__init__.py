"""Reading what a policy wrote: where its steps end, and what its answer is."""
