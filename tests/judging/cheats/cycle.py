"""Returns a list that contains itself."""


def solve(xs):
    answer = list(xs)
    answer.append(answer)
    return answer
