"""What answers the plans of strategies, one at a time or as many as keep the engines full.

- `driver` answers a plan's asks, samples and scores by `sampler`; `base` says what it needs;
- `scheduler` queues the requests to each engine, `gather` awaits many, `seeds` makes each its own;
- `shard` drives the problems of a shard to its rows, `ahead` uses an engine that would wait;
- `play` and `rehearse` answer without an engine: by a function, or in a `world` of stated rates.

Strategies know none of this: nothing in `stepsmith.transforms.search` imports it.
"""
