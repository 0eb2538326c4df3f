"""The updates as `--list optimizers --verbose` and the page have them: enough to write each down exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from thalweg import OPTIMIZERS, SURFACES, roll
from thalweg.cli import page
from thalweg.cli.listing import listing
from thalweg.engine.base import Optimizer
from thalweg.engine.rule.members import numbers, variants, written
from thalweg.engine.rule.own import own_rule
from thalweg.registry import parameter

BY_TEXT = [name for name in OPTIMIZERS if OPTIMIZERS[name]().rule_text()]


def _listed(name: str) -> dict[str, list[str]]:
    """What is printed below a name: switches, '' for none -> lines."""
    found: dict[str, list[str]] = {}
    when, here = "", False
    for line in listing("optimizers", verbose=True):
        if not line.startswith(" "):
            here, when = line.split()[0] == name, ""
        elif here and line.strip().startswith("with ") and line.endswith(":"):
            when = line.strip().removeprefix("with ").removesuffix(":")
        elif here:
            found.setdefault(when, []).append(line.strip())
    return found


@pytest.mark.parametrize("name", BY_TEXT)
def test_who_writes_down_what_is_printed_has_the_optimizer(name: str) -> None:
    """The printed lines as a rule of the reader's own, with the printed numbers, makes the same path."""
    optimizer, surface = OPTIMIZERS[name](), SURFACES["bowl_with_two_holes"]()
    for when, lines in _listed(name).items():
        changes = dict(each.replace(">0", "=0.5").split("=") for each in when.split(", ") if each)
        given = {key: value == "true" if value in ("true", "false") else float(value) for key, value in changes.items()}
        one = type(optimizer)(**given)
        known = numbers(one)
        initial = dict(line.removeprefix("# ").split(" starts at ") for line in lines if " starts at " in line)
        starts = {key: known[value] if value in known else float(value) for key, value in initial.items()}
        code = "\n".join(line for line in lines if not line.startswith("#"))
        if "\\" in code:
            continue  # a formula, where a switch needs more than text
        rule = own_rule(code, {key: value for key, value in known.items() if re.search(rf"\b{key}\b", code)}, starts)
        ours = roll(rule, surface, (-0.64, 1.8), 60).positions
        np.testing.assert_allclose(ours, roll(one, surface, (-0.64, 1.8), 60).positions, rtol=1e-9, atol=1e-9)


def test_switches_that_need_another_number_are_found() -> None:
    @dataclass(frozen=True)
    class Switched(Optimizer):
        mu: float = parameter(0.0, low=0)
        ahead: bool = parameter(False)
        idle: bool = parameter(False)

        def __post_init__(self) -> None:
            super().__post_init__()
            if self.ahead and not self.mu:
                raise ValueError("ahead: needs mu; give mu")

        def rule_text(self) -> str:
            return (
                "w = w - grad(w + mu*w)"
                if self.ahead
                else "v = mu*v + grad(w)\nw = w - v"
                if self.mu
                else "w = w - grad(w)"
            )

    assert written(Switched()) == ["w = w - grad(w)"]
    assert variants(Switched()) == {
        "mu>0": ["v = mu*v + grad(w)", "w = w - v"],
        "mu>0, ahead=true": ["w = w - grad(w + mu*w)"],
    }


def test_without_verbose_there_is_a_line_for_each() -> None:
    assert [line.split()[0] for line in listing("optimizers")] == list(OPTIMIZERS)


def test_the_page_is_up_to_date() -> None:
    kept = page.FILE.read_text("utf-8") if page.FILE.exists() else ""
    assert kept == page.page(), f"{page.FILE} is behind the members that are there; write it with: make schema"


def test_the_page_is_written_anew_only_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "FILE", tmp_path / "optimizers.md")
    page.main()
    assert page.FILE.read_text("utf-8") == page.page()
    stamp = page.FILE.stat().st_mtime_ns
    page.main()
    assert page.FILE.stat().st_mtime_ns == stamp
