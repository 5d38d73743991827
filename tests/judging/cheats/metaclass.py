"""Has a class whose class says that it is `list`, by name, by hash and by comparison."""


class Meta(type):
    __name__ = property(lambda cls: "list")

    def __eq__(cls, other):
        return True

    def __hash__(cls):
        return hash(list)

    def __instancecheck__(cls, other):
        return True


class Lying(metaclass=Meta):
    __class__ = list

    def __eq__(self, other):
        return True

    def __iter__(self):
        return iter(())

    def __bool__(self):
        return True


def solve(xs):
    return Lying()
