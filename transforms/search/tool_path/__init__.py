"""A path of thoughts, code and observations: what is run for it, and what the policy then sees.

A path is its steps and nothing else. The state that a block of code needs is made afresh: all
blocks before it are run again with their output dropped, so that any path may be continued any
number of times, from anywhere, and a tree may branch where it likes. A path of n blocks costs
n (n + 1) / 2 runs of a block in all, and the limits of an execution are those of the whole path up
to the block. A block that was stopped (by a limit, or by a signal) has left no state: it is not
run again.
"""
