"""Prompts: strict files, and rendering that keeps every character of problem and prefix."""

import ast
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepsmith.schemas import Problem, RecipeError, Step, UnknownNameError
from stepsmith.transforms.policy.chat import ChatTemplate
from stepsmith.transforms.policy.prompt import Prompt, Shot, load_prompt, render, shipped_prompts

PLAIN = Prompt(
    instruction="Solve.",
    question="Problem: {prompt}\n",
    solution="Solution:\n",
    shots=(Shot(prompt="1 + 1 =", solution="The answer is 2."),),
    stop=("\n\n",),
)
CHAT = Prompt(
    style="chat",
    instruction="Solve.",
    question="Problem: {prompt}",
    shots=(Shot(prompt="1 + 1 =", solution="2"),),
)
TEMPLATE = ChatTemplate(
    source="{{ bos_token }}"
    "{% for message in messages %}"
    "<{{ message['role'] }}>{{ message['content'] }}{{ eos_token }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}",
    bos="<s>",
    eos="</s>",
)


def problem(text: str) -> Problem:
    return Problem(id="p", prompt=text)


def test_a_plain_prompt_is_instruction_shots_question_and_prefix() -> None:
    steps = (Step(text="2 + 3 = 5\n"), Step(text="5 - 1"))
    assert render(PLAIN, problem("2 + 3 - 1 ="), steps) == (
        "Solve.\n\n"
        "Problem: 1 + 1 =\nSolution:\nThe answer is 2.\n\n"
        "Problem: 2 + 3 - 1 =\nSolution:\n2 + 3 = 5\n5 - 1"
    )


def test_a_plain_prompt_without_instruction_begins_with_its_first_shot() -> None:
    assert render(Prompt(question="Q: {prompt}\nA:"), problem("why?")) == "Q: why?\nA:"


def test_a_chat_prompt_is_turns_and_the_prefix_opens_the_answer() -> None:
    assert render(CHAT, problem("2 + 3 ="), (Step(text="2 + 3"),), chat_template=TEMPLATE) == (
        "<s><user>Solve.\n\nProblem: 1 + 1 =</s><assistant>2</s>"
        "<user>Problem: 2 + 3 =</s><assistant>2 + 3"
    )


def test_a_chat_prompt_without_a_template_is_refused() -> None:
    with pytest.raises(RecipeError, match="needs the model's chat template"):
        render(CHAT, problem("2 + 3 ="))


@given(st.text(), st.lists(st.text()))
def test_problem_and_prefix_keep_every_character(text: str, steps: list[str]) -> None:
    prefix = [Step(text=step) for step in steps]
    lead = "Solve.\n\nProblem: 1 + 1 =\nSolution:\nThe answer is 2.\n\nProblem: "
    written = "".join(steps)
    assert render(PLAIN, problem(text), prefix) == f"{lead}{text}\nSolution:\n{written}"
    chat = render(CHAT, problem(text), prefix, chat_template=TEMPLATE)
    assert chat.endswith(f"<user>Problem: {text}</s><assistant>{written}")


@pytest.mark.parametrize("text", ["{prompt}", "{0} {x!r} {{y}}", "{{ bos_token }}", "{% if %}"])
def test_braces_in_a_problem_are_its_own(text: str) -> None:
    assert f"Problem: {text}\n" in render(PLAIN, problem(text))
    assert f"Problem: {text}</s>" in render(CHAT, problem(text), chat_template=TEMPLATE)


def test_a_shot_is_shown_only_where_its_pattern_is_found() -> None:
    shots = (
        Shot(prompt="always", solution="."),
        Shot(prompt="digits", solution=".", when=r"\d"),
    )
    prompt = Prompt(question="{prompt}", shots=shots, separator="|")
    assert render(prompt, problem("7?")) == "always.|digits.|7?"
    assert render(prompt, problem("why?")) == "always.|why?"


def write(folder: Path, text: str) -> str:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_users_prompt_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'instruction = "Solve."\nquestion = "Problem: {prompt}\\n"\nsolution = "Solution:\\n"\n'
        'stop = ["\\n\\n"]\n[[shots]]\nprompt = "1 + 1 ="\nsolution = "The answer is 2."\n',
    )
    assert load_prompt(path) == PLAIN


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('question = "{prompt}"\nstyel = "chat"', "unknown key 'styel'; did you mean 'style'?"),
        (
            'question = "{prompt}"\n[[shots]]\npromt = "a"\nsolution = "b"',
            "shots[0]: unknown key 'promt'; did you mean 'prompt'?",
        ),
        ('question = "{prompt}"\nstyle = "poem"', "Invalid enum value 'poem' - at `$.style`"),
        ('question = "{prompt}"\nstop = "x"', "Expected `array`, got `str` - at `$.stop`"),
        ('question = "{prompt}"\nshots = 3', "Expected `array`, got `int` - at `$.shots`"),
        ('question = "{prompt}"\n[[shots]]\nprompt = "a"', "missing required field `solution`"),
        (
            'question = "{prompt}"\n[[shots]]\nprompt = "a"\nsolution = "b"\nwhen = "("',
            "no pattern",
        ),
        ("", "missing required field `question`"),
        ('question = "Problem"', "question must hold {prompt} exactly once"),
        ('question = "{prompt} {prompt}"', "question must hold {prompt} exactly once"),
        ("question =", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place_and_the_right_word(
    tmp_path: Path, text: str, why: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(RecipeError, match=re.escape(why)) as caught:
        load_prompt(path)
    assert path in str(caught.value)


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"prompt 'no/such\.toml' cannot be read"):
        load_prompt("no/such.toml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match="is not TOML"):
        load_prompt(str(tmp_path / "mine.toml"))


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="no prompt 'arithmetik'; did you mean 'arithmetic'"):
        load_prompt("arithmetik")


def test_the_shipped_prompts_are_these() -> None:
    assert shipped_prompts() == (
        "arithmetic",
        "code_chat",
        "gsm8k",
        "humaneval",
        "kg_path",
        "math_chat",
        "mbpp",
        "tool_use",
    )


@pytest.mark.parametrize("name", shipped_prompts())
def test_every_shipped_prompt_renders(name: str) -> None:
    text = render(load_prompt(name), problem("2 + 3 ="), chat_template=TEMPLATE)
    assert "2 + 3 =" in text


@pytest.mark.parametrize("name", shipped_prompts())
def test_no_shipped_example_is_cut_by_its_own_stop_strings(name: str) -> None:
    prompt = load_prompt(name)
    # There a reply ends on purpose: what the code printed is written by the machine.
    on_purpose = ["```output"] if name == "tool_use" else []
    for shot in prompt.shots:
        assert [stop for stop in prompt.stop if stop in shot.solution] == on_purpose


@pytest.mark.parametrize("name", shipped_prompts())
def test_no_shipped_prompt_has_more_stop_strings_than_servers_take(name: str) -> None:
    assert len(load_prompt(name).stop) <= 4  # the OpenAI API's limit, and vLLM's


EQUATION = re.compile(r"(-?\d+) ([-+*]) (-?\d+) = (-?\d+)")


@pytest.mark.parametrize("name", ["arithmetic", "gsm8k"])
def test_every_equation_of_the_shipped_examples_holds_and_the_last_is_the_answer(name: str) -> None:
    apply = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}
    for shot in load_prompt(name).shots:
        *steps, answer = shot.solution.split("\n")
        equations = [EQUATION.findall(step) for step in steps]
        assert [len(found) for found in equations] == [1] * len(steps)
        for [(left, sign, right, result)] in equations:
            assert apply[sign](int(left), int(right)) == int(result)
        assert answer == f"The answer is {equations[-1][0][3]}."


@pytest.mark.parametrize("first", ["def ", '"""'])
def test_mbpp_shows_examples_in_the_form_of_the_problem(first: str) -> None:
    given = f"{first}x(y):\n    'z'\n" if first == "def " else '"""\nWords.\n"""\n'
    shots = [shot for shot in load_prompt("mbpp").shots if shot.suits(problem(given))]
    assert shots
    for shot in shots:
        assert shot.prompt.lstrip("\n").startswith(first)
        ast.parse(shot.prompt + shot.solution)
    text = render(load_prompt("mbpp"), problem(given))
    assert text.endswith(f"\n\n\n{given}")


@pytest.mark.parametrize("n_operations", range(1, 9))
def test_arithmetic_shows_examples_with_as_many_operations_as_the_problem(
    n_operations: int,
) -> None:
    chain = " - ".join(str(number) for number in range(3, 4 + n_operations))
    shots = [
        shot
        for shot in load_prompt("arithmetic").shots
        if shot.suits(
            problem(f"State the final answer to the following arithmetic problem: {chain} =")
        )
    ]
    assert len(shots) >= 2
    assert {shot.solution.count("\n") for shot in shots} == {min(n_operations, 6)}


def test_the_arithmetic_examples_ask_as_reasoning_gym_does() -> None:
    for shot in load_prompt("arithmetic").shots:
        asked, chain = shot.prompt.split(": ")
        assert asked == "State the final answer to the following arithmetic problem"
        assert shot.suits(problem(shot.prompt))
        terms = chain.removesuffix(" =").replace("- ", "-").replace("+ ", "+").split()
        assert shot.solution.endswith(f"The answer is {math.fsum(map(int, terms)):g}.")
