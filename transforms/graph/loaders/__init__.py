"""Readers of graphs, one a file: facts, names and relations in the forms that others publish."""

from stepsmith.transforms.graph.loaders.base import GRAPH_LOADERS, Loader, graph_loader

__all__ = ["GRAPH_LOADERS", "Loader", "graph_loader"]
