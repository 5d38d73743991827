"""The server inside the walls: it forks a warmed interpreter once for each program.

Standard library only, with `stepsmith.sandboxes.confine` and `artifacts` beside it: they travel as
one archive to places where nothing else of ours is installed.
"""
