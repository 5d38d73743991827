"""Never answers."""


def solve(xs):
    while True:
        pass
