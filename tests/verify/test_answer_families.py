import pytest

from stepsmith.transforms.verify.answers.arbitrary import may_be_one_family
from stepsmith.transforms.verify.answers.reading import read_answer


def may_be_one(one: str, other: str) -> bool:
    first, second = read_answer(one), read_answer(other)
    assert not isinstance(first, str)
    assert not isinstance(second, str)
    assert may_be_one_family(first, second) == may_be_one_family(second, first)
    return may_be_one_family(first, second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\frac{\pi}{4} + k\pi", r"\frac{\pi}{4} + n\pi"),
        (r"\frac{\pi}{4} + k\pi", r"\frac{5\pi}{4} - k\pi"),
        (r"45^\circ + 180^\circ k", r"225^\circ + 180^\circ n"),
        (r"2k\pi \pm \frac{\pi}{3}", r"2n\pi \pm \frac{\pi}{3}"),
        ("x^2 + C", "x^2 + c"),
        ("x^2 + C", "x^2 + 1 + C"),
        ("x^2 + C", "x^2"),
        (r"\sin^2 x + C", r"-\cos^2 x + C"),
        ("y = Ce^{2x}", "y = Ae^{2x}"),
        ("y = Ce^{2x}", "Ke^{2x}"),
        ("c_1 e^x + c_2 e^{-x}", "A e^x + B e^{-x}"),
        ("(1 + 2t, 3t)", "(1 + 2s, 3s)"),
    ],
)
def test_letters_for_any_number_may_be_called_otherwise(one: str, other: str) -> None:
    assert may_be_one(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\frac{\pi}{4} + k\pi", r"\frac{\pi}{3} + k\pi"),
        (r"\frac{\pi}{4} + k\pi", r"\frac{\pi}{4} + 2n\pi"),
        (r"\frac{\pi}{4} + k\pi", r"\frac{\pi}{4}"),
        ("x^2 + C", "x^3 + C"),
        ("x^2 + C", "x^2 + x"),
        ("Cx + C", "Cx"),
        ("C", "5"),
        ("y = Ce^{2x}", "y = Ce^{3x}"),
        ("y = Ce^{2x}", "z = Ae^{2x}"),
        ("7 = 11a + c", "11a + c"),
        ("x^2 + y", "x^2 + z"),
        ("2n + 1", "2n - 1"),
        ("3", "5"),
    ],
)
def test_all_other_differences_stay(one: str, other: str) -> None:
    assert not may_be_one(one, other)
