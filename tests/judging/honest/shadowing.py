"""Names its own things like those of whoever calls it."""

import sys

json = encode = decode = open = print = None
identity = "mine"
sys.argv = ["mine"]


def solve(list):
    str, int = list[:], len(list)
    for i in range(int):
        for j in range(int - 1):
            if str[j] > str[j + 1]:
                str[j], str[j + 1] = str[j + 1], str[j]
    return str
