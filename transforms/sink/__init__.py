"""The sink: shards, their names and footers, and the manifest that commits a run."""
