"""The only Beam below the pipelines: sources, searches, labels and sinks as transforms."""
