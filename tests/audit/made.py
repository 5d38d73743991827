"""One row of each form, made up here: the fields are the form's, the content is ours."""

from typing import Any

MISTAKE: dict[str, Any] = {
    "input": "(1 + 2) * 3 =",
    "steps": ["1 + 2 = 3", "3 * 3 = 6", "So the answer is 6"],
    "target": "9",
    "answer": "6",
    "mistake_index": 1,
}

STEPVERIFY: dict[str, Any] = {
    "problem": "Ann has 2 bags of 3 nuts and eats one nut. How many are left?",
    "topic": "Math Word Problem",
    "reference_solution": "She has 2 * 3 = 6 nuts.\nShe keeps 6 - 1 = 5\n 5",
    "student_incorrect_solution": ["She has 2 + 3 = 5 nuts.", "5 - 1 = 4", " 4"],
    "incorrect_index": 0,
    "incorrect_step": "She has 2 + 3 = 5 nuts.",
}

MR_BEN: dict[str, Any] = {
    "Question_UUID": "q1",
    "Subject": "college_math",
    "Question": "What is 2 + 3 * 4?",
    "Options": "A: 20 \nB: 14 \n",
    "Ground_Truth_Answer": "B",
    "Sampled_Model": "someone",
    "Model_Solution_Steps": ["Step 1: 3 * 4 = 12", "Step 2: 2 + 12 = 20", "Solution: Choice_A"],
    "Model_Solution_Correctness": "incorrect",
    "Model_Solution_First_Error_Step": "2",
}

PROCESSBENCH: dict[str, Any] = {
    "id": "gsm8k-7",
    "generator": "someone",
    "problem": "What is 2 + 3 * 4?",
    "steps": ["3 * 4 = 12", "2 + 12 = 15", "The answer is 15."],
    "final_answer_correct": False,
    "label": 1,
}

PRMBENCH: dict[str, Any] = {
    "question": "What is 2 + 3 * 4?",
    "original_process": ["1. 3 * 4 = 12", "2. 2 + 12 = 14"],
    "modified_process": ["1. 3 * 4 = 12", "2. Assume that it is 14.", "3. Then it is 14."],
    "error_steps": [3, 2, 9],
    "classification": "circular",
}

CHAMP: dict[str, Any] = {
    "problem": "What is 2 + 3 * 4?",
    "solution": "We multiply.\n3 * 4 = 13\n2 + 13 = 15",
    "first_wrong_step": [12, 23],
}

GSM8K: dict[str, Any] = {
    "question": "Ann has 2 bags of 3 nuts. How many?",
    "answer": "She has 2 * 3 = <<2*3=6>>6 nuts.\nThat is all.\n#### 6",
}


def prm800k(*ratings: int | None, **label: Any) -> dict[str, Any]:
    """Make a row whose steps have one completion each, rated so."""
    steps = [
        {
            "completions": [{"text": f"step {index}", "rating": rating, "flagged": False}],
            "human_completion": None,
            "chosen_completion": None if rating == -1 else 0,
        }
        for index, rating in enumerate(ratings)
    ]
    return {
        "question": {"problem": "What is 2 + 3 * 4?", "ground_truth_answer": "14"},
        "label": {"steps": steps, "finish_reason": "solution", **label},
    }
