"""Returns an iterator whose elements are decided when somebody looks."""


class Late:
    def __init__(self, xs):
        self.xs = xs

    def __iter__(self):
        return iter(self.xs)

    def __next__(self):
        raise StopIteration

    def __len__(self):
        return len(self.xs)

    def __getitem__(self, index):
        return self.xs[index]


def solve(xs):
    return Late(xs)
