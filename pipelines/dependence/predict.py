"""Predictors that are trained and tested on groups apart, from scikit-learn."""

import dataclasses
import hashlib
import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from stepsmith.pipelines.dependence.texts import Shown, alignment, crossed_words, words
from stepsmith.schemas.errors import UserError

__all__ = ["PREDICTORS", "Predictor", "folds_of", "held_out"]

Transform = Callable[[Sequence[Shown]], Any]
"""One row of numbers a text."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Predictor:
    """How texts become numbers, and which classifier is fitted to them.

    `features` sees the texts of all rows, and no label, before it turns any into numbers.
    """

    features: Callable[[Sequence[Shown]], Transform]
    classifier: Callable[[], Any]


def _of(module: str) -> Any:
    """Import a part of scikit-learn; raises `UserError` naming the extra where it is absent."""
    try:
        return importlib.import_module(f"sklearn.{module}")
    except ModuleNotFoundError:
        msg = "this diagnostic needs scikit-learn: pip install 'stepsmith[diagnostics]'"
        raise UserError(msg) from None


def _counted(tokens: Callable[[Shown], list[str]]) -> Callable[[Sequence[Shown]], Transform]:
    def fit(examples: Sequence[Shown]) -> Transform:
        # What stands in one example alone can tell nothing of another.
        vectorizer = _of("feature_extraction.text").CountVectorizer(
            analyzer=tokens, binary=True, min_df=2
        )
        return cast("Transform", vectorizer.fit(examples).transform)

    return fit


def _aligned(examples: Sequence[Shown]) -> Transform:
    del examples  # nothing is fitted

    def transform(examples: Sequence[Shown]) -> NDArray[np.float64]:
        return np.asarray([alignment(each) for each in examples], dtype=np.float64)

    return transform


def _linear() -> Any:
    return _of("linear_model").LogisticRegression(solver="liblinear", tol=1e-3, random_state=0)


def _trees() -> Any:
    # One thread: those of its faster sibling wait for each other where others use the machine.
    boosted = _of("ensemble").GradientBoostingClassifier
    return boosted(n_estimators=40, max_depth=4, random_state=0)


PREDICTORS: Mapping[str, Predictor] = {
    "words": Predictor(features=_counted(words), classifier=_linear),
    "crosses": Predictor(features=_counted(crossed_words), classifier=_linear),
    "alignment": Predictor(features=_aligned, classifier=_trees),
}
"""A bag of words and pairs of words; the same with words crossed between parts; and boosted trees
over how the parts' clauses match, which a conditional rule can be learnt from."""


def folds_of(groups: Sequence[str], n_folds: int) -> NDArray[np.intp]:
    """Return each row's fold: whole groups, evenly, in the order of their names' hashes."""
    names = sorted(set(groups), key=lambda name: hashlib.sha256(name.encode()).digest())
    place = {name: index % n_folds for index, name in enumerate(names)}
    return np.asarray([place[name] for name in groups], dtype=np.intp)


def held_out(
    predictor: Predictor,
    examples: Sequence[Shown],
    labels: Sequence[bool],
    folds: NDArray[np.intp],
    *,
    tested: Mapping[str, Sequence[Shown]],
) -> dict[str, NDArray[np.float64]]:
    """Score each row by a predictor that saw no row of its fold.

    `tested` are further forms of the same rows, such as without evidence, by name; the rows as
    they are come under the name "".
    """
    truth = np.asarray(labels, dtype=bool)
    transform = predictor.features(examples)
    train = transform(examples)
    test = {"": train, **{name: transform(rows) for name, rows in tested.items()}}
    scores = {name: np.zeros(len(examples)) for name in test}
    for fold in np.unique(folds):
        fitted = predictor.classifier().fit(train[folds != fold], truth[folds != fold])
        at = np.flatnonzero(folds == fold)
        for name, rows in test.items():
            scores[name][at] = fitted.predict_proba(rows[at])[:, 1]
    return scores
