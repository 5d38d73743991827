"""AlphaMath's tree: how it grows, and the rows that are made of it."""
