"""Whatever stands anywhere in a config, loading gives a film or problems with their place, and quickly."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.spec import ConfigErrors, load

WHOLE = {
    "title": "A film of $x^2$",
    "caption": "none",
    "scene": {"kind": "race", "hold": 2},
    "surface": {
        "name": "bowl_with_two_holes",
        "parameters": {"h2": 1, "center_2": [1, 1]},
        "domain": {"x": [-2, 2], "y": [-2, 2]},
    },
    "start": {"grid": [2, 2], "box": {"x": [0, 1]}},
    "steps": 3,
    "seed": 0,
    "replicas": 2,
    "noise": {"std": 0.1},
    "optimizers": [
        "sgd",
        {"adam": {"lr": 0.1, "betas": [0.9, 0.99], "label": "A", "color": "#FF0000", "start": [0, 1]}},
        {
            "sgd": {
                "start": [[0, 1], [1, 0]],
                "clip": {"norm": 1},
                "schedule": {"lr": {"kind": "cosine", "T_max": 5}, "momentum": "linear"},
            }
        },
        {"adam": {"schedule": {"kind": "multistep", "milestones": [1, 2], "warmup": 2}}},
        {"rmsprop": {"start": {"random": 3, "seed": 2}}},
    ],
    "camera": {"theta": 3, "center": [0, 0], "follow": "A", "keyframes": [{"at": 1, "phi": 3}, {"at": 2.5}]},
    "style": {"legend": "right", "z_scale": 2, "background": "#000000"},
    "video": {"resolution": "640x360", "fps": 30, "seconds": 10},
}
FORMULA = {"expression": "a*x**2 + abs(y)", "parameters": {"a": 2}, "domain": {"x": [-1, 1]}}
ODD = (
    st.sampled_from(
        [
            None,
            True,
            False,
            0,
            -1,
            1,
            2.5,
            1e300,
            -1e300,
            1e-300,
            10**250,
            "",
            " ",
            "x",
            "sgd",
            "bowl",
            "left",
            "5",
            "#12345",
            "1e3",
            "\n",
            "a\u202eb",
            "\x85",
            "$",
            "$x$",
            "$\\frac$",
            "640x360",
            "log(x)",
            "x**y",
            [],
            {},
            [0, 0],
            [[0, 0]],
            [[]],
            [None],
            {"grid": [1, 1]},
            {"random": 2},
            {"sgd": None},
            {"x": [0, 1]},
            {"": 1},
            {"name": "bowl"},
            {"expression": "x+y"},
            {"samples": "x"},
            "k" * 5000,
        ]
    )
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@settings(max_examples=400)
@given(st.data(), st.booleans())
def test_any_value_in_any_place(data: st.DataObject, formula: bool) -> None:
    config: Any = {**WHOLE, "surface": FORMULA} if formula else WHOLE
    for _ in range(data.draw(st.integers(1, 2))):
        config = replaced(config, data.draw(st.sampled_from(places(config))), data.draw(ODD))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.yaml"
        path.write_text(json.dumps(config), encoding="utf-8")
        try:
            shot = load(path).shot
        except ConfigErrors as error:
            assert error.problems
            assert all(str(each).startswith(f"{path}:1: ") and str(each).isprintable() for each in error.problems)
        else:
            experiment = shot.experiment
            assert experiment is not None
            assert all(np.isfinite(experiment.surface.value(entry.starts)).all() for entry in experiment.entries)
            assert len({entry.label for entry in experiment.entries}) == len(experiment.entries)
            json.dumps(shot.resolved, allow_nan=False)
