"""Processes that can be killed: one call at a time, under a deadline that the kernel keeps."""
