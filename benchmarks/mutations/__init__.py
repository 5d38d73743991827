"""Code mutation without Beam, and the search for real faults by what edits do."""
