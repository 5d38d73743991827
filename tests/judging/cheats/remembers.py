"""Notes what it was asked and answers the last question again."""

asked = []


def solve(xs):
    asked.append(list(xs))
    return asked[0]
