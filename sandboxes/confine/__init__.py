"""The kernel's walls by plain system calls: no package, no helper program, no compiler.

Standard library only: it runs where nothing else of ours is installed.
"""
