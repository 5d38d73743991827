"""Problems with reference solutions, of two domains and a few templates."""

import json

from stepsmith.schemas import Problem
from stepsmith.transforms.negatives.mismatch.references import Reference, read_reference
from stepsmith.transforms.text.segment import get_segmenter

LINE = get_segmenter("line")


def shop(number: int, price: int, count: int, *, name: str = "Ann", fruit: str = "pear") -> Problem:
    """A problem of one template, with its variables as reasoning-gym writes them."""
    cost = price * count
    chain = (
        f"{name} pays {price} x {count} = {cost} cents for the {fruit}s.\n"
        f"That leaves 1000 - {cost} = {1000 - cost} cents.\n#### {1000 - cost}"
    )
    variables = {"name": name, "fruit": fruit, "price": price, "count": count}
    payload = {
        "generator": "shop",
        "entry": {"metadata": {"variables": variables, "answer_cot": chain}},
        "reference_solution": chain,
    }
    return Problem(
        id=f"shop-{number}",
        prompt=f"{name} has 1000 cents and buys {count} {fruit}s at {price} cents. What is left?",
        answer=str(1000 - cost),
        domain="words",
        source="made",
        payload=json.dumps(payload),
    )


def row(number: int, prompt: str, solution: str, answer: str, *, domain: str = "words") -> Problem:
    return Problem(
        id=f"row-{number}",
        prompt=prompt,
        answer=answer,
        domain=domain,
        source="made",
        payload=json.dumps({"reference_solution": solution}),
    )


RUN = row(
    1, "Joe runs 17 km a day for 9 days. How far?", "He runs 17 * 9 = 153 km.\n#### 153", "153"
)
READ = row(
    2,
    "Eve reads 23 pages a night for 8 nights and 5 more. How many?",
    "In 8 nights she reads 23 * 8 = 184 pages.\nWith 5 more it is 184 + 5 = 189.\n#### 189",
    "189",
)
ALGEBRA = row(
    3,
    "Solve 4x + 18 = 90.",
    "Subtract 18: 4x = 72.\nDivide by 4: x = 18.\n#### 18",
    "18",
    domain="algebra",
)


def reference(problem: Problem) -> Reference:
    found = read_reference(problem, LINE)
    assert found is not None
    return found


MANY = [
    *(
        shop(at, 31 + 2 * at, 3 + at, name=name, fruit=fruit)
        for at, (name, fruit) in enumerate(
            [("Ann", "pear"), ("Bob", "plum"), ("Cid", "fig"), ("Ann", "plum")]
        )
    ),
    RUN,
    READ,
    ALGEBRA,
]
