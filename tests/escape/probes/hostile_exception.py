"""Raise an exception that does harm where it is shown: its text never ends."""


class Hostile(BaseException):
    def __str__(self):
        while True:
            pass

    __repr__ = __str__


tried("exception", False)
finish()
raise Hostile
