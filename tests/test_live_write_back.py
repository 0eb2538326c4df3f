"""Values back into a YAML text: only these change, comments and order stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.loading import shot
from thalweg.live.model import SHARED, START, entries_of
from thalweg.live.write_back import CannotWrite, replaces_many, written
from thalweg.spec.find import FOLDER
from thalweg.spec.reader import read

HEAD = "surface: bowl   # round\n"
POINT = ((0.5, 1.25),)


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        (
            "start: [-1, 2]  # mine\noptimizers: [sgd]\n",
            {(SHARED, START): POINT},
            "start: [0.5, 1.25]  # mine\noptimizers: [sgd]\n",
        ),
        ("optimizers: [sgd]\n", {(SHARED, START): POINT}, "start: [0.5, 1.25]\noptimizers: [sgd]\n"),
        (
            "start:\n  - [1, 1]   # one\n  - [2, 2]\n# then\noptimizers: [sgd]\n",
            {(SHARED, START): POINT},
            "start:\n  [0.5, 1.25]\n# then\noptimizers: [sgd]\n",
        ),
        ("start:\noptimizers: [sgd]\n", {(SHARED, START): POINT}, "start: [0.5, 1.25]\noptimizers: [sgd]\n"),
        ("optimizers:\n  - sgd  # plain\n", {(0, "lr"): 0.3}, "optimizers:\n  - sgd: {lr: 0.3}  # plain\n"),
        ("optimizers:\n  - sgd:\n  - nag\n", {(0, "lr"): 0.3}, "optimizers:\n  - sgd: {lr: 0.3}\n  - nag\n"),
        ("optimizers:\n  - sgd: {}\n", {(0, "lr"): 0.3}, "optimizers:\n  - sgd: {lr: 0.3}\n"),
        ("optimizers:\n  - sgd: {lr: 0.1}  # slow\n", {(0, "lr"): 0.3}, "optimizers:\n  - sgd: {lr: 0.3}  # slow\n"),
        (
            "optimizers:\n  - sgd: {color: red-ish}\n",
            {(0, "lr"): 0.3},
            "optimizers:\n  - sgd: {color: red-ish, lr: 0.3}\n",
        ),
        (
            "optimizers:\n  - sgd:\n      lr: 0.1   # a\n      # b\n  - nag\n",
            {(0, "lr"): 0.3, (0, "momentum"): 0.5},
            "optimizers:\n  - sgd:\n      lr: 0.3   # a\n      momentum: 0.5\n      # b\n  - nag\n",
        ),
        (
            "optimizers:\n  - adam: {betas: [0.9, 0.999]}\n",
            {(0, "betas"): (0.8, 0.99)},
            "optimizers:\n  - adam: {betas: [0.8, 0.99]}\n",
        ),
        (
            "optimizers:\n- sgd:\n    <<: {momentum: 0.9}\n    lr: 1\n",
            {(0, "momentum"): 0.5},
            "optimizers:\n- sgd:\n    <<: {momentum: 0.9}\n    lr: 1\n    momentum: 0.5\n",
        ),
        (
            "optimizers:\n  - rule:\n      lr: 0.1  # rate\n      update: |\n        w = w - lr*grad(w)\n\n"
            "  - sgd: {lr: {sweep: [0.1, 1]}}\n",
            {(0, "lr"): 0.3, (0, START): POINT},
            "optimizers:\n  - rule:\n      lr: 0.3  # rate\n      update: |\n        w = w - lr*grad(w)\n"
            "      start: [0.5, 1.25]\n\n  - sgd: {lr: {sweep: [0.1, 1]}}\n",
        ),
        (
            "optimizers:\n  - nag: {lr: {best_of: {from: 0.01, to: 1, count: 3}}, momentum: 0.5}  # best\n",
            {(0, "lr"): 0.03},
            "optimizers:\n  - nag: {lr: 0.03, momentum: 0.5}  # best\n",
        ),
        (
            "optimizers:\r\n  - sgd: {lr: 0.1}\r\n",
            {(0, "lr"): 0.3, (SHARED, START): POINT},
            "start: [0.5, 1.25]\r\noptimizers:\r\n  - sgd: {lr: 0.3}\r\n",
        ),
        (
            "optimizers: [sgd, {nag: {lr: 1}}]",
            {(1, "lr"): 0.3, (0, START): ((1.0, 0.0), (2.0, 0.0))},
            "optimizers: [sgd: {start: [[1, 0], [2, 0]]}, {nag: {lr: 0.3}}]",
        ),
    ],
)
def test_only_the_value_changes(before: str, edits: dict[Any, Any], after: str) -> None:
    head = HEAD.replace("\n", "\r\n") if "\r" in before else HEAD
    assert written(head + before, edits) == head + after
    tree, duplicates = read(head + after)
    assert duplicates == []
    assert written(head + after, edits) == head + after


def test_a_file_in_braces() -> None:
    assert written("{surface: bowl, optimizers: [sgd]}", {(SHARED, START): POINT}) == (
        "{surface: bowl, start: [0.5, 1.25], optimizers: [sgd]}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "a: &rate 0.1\noptimizers:\n  - sgd: {lr: *rate}\n",
        "optimizers:\n  - sgd: {lr: &rate 0.1}\n  - nag: {lr: *rate}\n",
        "common: &common {lr: 0.1}\noptimizers:\n  - sgd: *common\n",
        "optimizers:\n  sgd: {lr: 0.1}\n",
    ],
)
def test_what_may_stand_elsewhere_too_is_left_to_the_user(text: str) -> None:
    with pytest.raises(CannotWrite, match="by hand"):
        written(HEAD + text, {(0, "lr"): 0.3})


@pytest.mark.parametrize(
    ("start", "many"),
    [
        ("{grid: [8, 8]}", True),
        ("{random: 5}", True),
        ("[[1, 1], [2, 2]]", True),
        ("[1, 1]", False),
        ("[[1, 1]]", False),
    ],
)
def test_starts_that_become_fewer_are_named(start: str, many: bool) -> None:
    text = f"{HEAD}start: {start}\noptimizers: [sgd, {{nag: {{start: {start}}}}}]\n"
    assert replaces_many(text, {(SHARED, START): POINT, (1, START): POINT}) == (
        ["start", "optimizers.1.start"] if many else []
    )


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_config_takes_its_values_back(path: Path) -> None:
    text = path.read_text()
    edits = {
        (index, "lr"): 0.0123 for index, entry in enumerate(entries_of(shot(path))) if hasattr(entry.optimizer, "lr")
    }
    new = written(text, edits)
    again = entries_of(shot(path, data=new.encode()))
    assert [entry.optimizer.lr for entry in again] == [0.0123] * len(edits)
    assert new.count("#") == text.count("#")
