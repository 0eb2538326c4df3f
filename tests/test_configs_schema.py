"""The JSON schema: valid, in step with the registries, accepting what loads and refusing what a schema can refuse."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from thalweg.calculus import SURFACES
from thalweg.engine import OPTIMIZERS
from thalweg.registry import Range
from thalweg.scalars import EMPTY
from thalweg.spec import jsonschema as ours
from thalweg.spec.reader import read
from thalweg.spec.schema import describe, fields_of
from thalweg.spec.syntax import NotYaml

HERE = Path(__file__).parent
SHIPPED = sorted((HERE.parent / "configs").rglob("*.yaml"))
BAD = sorted((HERE / "bad").glob("*.yaml"))
# What no schema can see: places on the surface, formulas, mathtext, memory, keys written twice, values in conflict.
BEYOND = (
    "start_outside",
    "start_of_entry",
    "start_box",
    "start_infinite",
    "start_not_finite",
    "start_gradient",
    "expression_",
    "title_",
    "caption_",
    "optimizer_label",
    "memory",
    "duplicate_",
    "domain_reversed",
    "camera_follow",
    "video_odd",
    "video_small",
    "optimizer_nesterov",
    "optimizer_hyper_infinite",
    "optimizer_color_unquoted",
    "style_background",
    "noise_infinite",
    "pace_beside",
    "noise_batch_many",
    "noise_no_examples",
    "replicas_memory",
    "schedule_range",
    "result_saddle",
    "result_lr_range",
    "surface_data_",
    "surface_samples",
    "rows_batch",
    "rows_hostile",
    "rows_lengths",
    "rows_named_x",
    "rows_no_file",
    "rows_not_in_formula",
    "rows_parameter",
    "test_surface_columns",
    "test_surface_member",
    "test_surface_no_rows",
    "test_surface_pairs",
    "test_surface_too_many",
)
VALIDATOR = jsonschema.Draft202012Validator(ours.schema())


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [as_json(each) for each in value]
    return None if value is EMPTY else value


def test_it_is_valid_draft_2020_12() -> None:
    made = ours.schema()
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(made)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_it_accepts_what_is_shipped(path: Path) -> None:
    errors = [error.message for error in VALIDATOR.iter_errors(as_json(read(path.read_text("utf-8"))[0].plain))]
    assert errors == []


@pytest.mark.parametrize("path", [path for path in BAD if not path.stem.startswith(BEYOND)], ids=lambda path: path.stem)
def test_it_refuses_what_is_bad(path: Path) -> None:
    try:
        tree, duplicates = read(path.read_text("utf-8"))
    except NotYaml as error:
        assert error.what
    else:
        assert duplicates or not VALIDATOR.is_valid(as_json(tree.plain))


def test_the_file_that_editors_read_is_up_to_date() -> None:
    kept = ours.FILE.read_text("utf-8") if ours.FILE.exists() else ""
    assert kept == ours.text(), f"{ours.FILE} is behind the members that are there; write it with: make schema"


def test_the_written_file_is_written_anew_only_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "schema.json"
    monkeypatch.setattr(ours, "FILE", file)
    ours.main()
    assert file.read_text("utf-8") == ours.text()
    stamp = file.stat().st_mtime_ns
    ours.main()
    assert file.stat().st_mtime_ns == stamp
    file.write_text("{}")
    ours.main()
    assert file.read_text("utf-8") == ours.text()


@pytest.mark.parametrize("members", [OPTIMIZERS, SURFACES], ids=["optimizers", "surfaces"])
def test_every_parameter_of_every_member_can_be_described(members: Any) -> None:
    for name in members:
        described = {field: describe(*about) for field, about in fields_of(members[name]).items()}
        assert list(described) == [field.name for field in dataclasses.fields(members[name])]
        assert all(described.values())


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Range(), "a number"),
        (Range(low=0), "a number >= 0"),
        (Range(low=0, low_open=True), "a number > 0"),
        (Range(low=0, high=1), "a number from 0 to 1"),
        (Range(high=2), "a number <= 2"),
        (Range(low=0, high=1, high_open=True), "a number from 0 to below 1"),
    ],
)
def test_ranges_in_words(limits: Range, words: str) -> None:
    assert describe(float, limits) == words
