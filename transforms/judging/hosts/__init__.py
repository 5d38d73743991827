"""Programs that run inside sandboxes: nothing here is imported by ours but for its text."""
