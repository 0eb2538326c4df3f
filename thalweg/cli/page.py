"""The page of all optimizers, docs/optimizers.md: the update of each as text and as a formula.

`python -m thalweg.cli.page` writes it, only when it changed; a test says when it is behind.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields

from thalweg.engine import OPTIMIZERS
from thalweg.engine.base import Optimizer
from thalweg.engine.rule.members import shown_lines, variants, written
from thalweg.registry import BrokenMember, home
from thalweg.spec.labels import words

FILE = home("configs").parent / "docs" / "optimizers.md"
HEAD = """# The optimizers

What moves the balls, for each optimizer: the text that `thalweg --list optimizers --verbose` prints, in the
notation of a rule of [your own](yaml.md), and the same as a formula, without the terms of numbers that are 0 unless
given. `w` are the weights, `grad(w)` is the gradient there, `t` counts steps from 1; what is read before it is
assigned is carried from step to step, and starts at 0 unless a line says otherwise. Defaults stand beside the
numbers. Where a loop, a matrix or a draw is needed there is the formula alone. This page is written by
`make schema` from the files that also move the balls, and a test holds the text against them.
"""


def page() -> str:
    """The whole page. Broken members are left out."""
    parts = [HEAD]
    for name in OPTIMIZERS:
        try:
            optimizer = OPTIMIZERS[name]()
        except BrokenMember:
            continue
        parts.append("\n".join(_section(name, optimizer)) + "\n")
    return "\n".join(parts)


def _section(name: str, optimizer: Optimizer) -> Iterator[str]:
    """What the page says of one."""
    about = (inspect.getdoc(type(optimizer)) or "").partition("\n\n")[0]
    numbers = ", ".join(f"`{each.name}` {words(getattr(optimizer, each.name))}" for each in fields(optimizer))
    yield f"## {optimizer.display_name or name}\n\n`{name}`: {' '.join(about.split())}\n\n{numbers}\n"
    if optimizer.rule_text():
        yield from ("```text", *written(optimizer), "```")
    for when, lines in variants(optimizer).items():
        if all("\\" not in line for line in lines):  # text, no formula
            yield from ("", f"With `{when}`:", "", "```text", *lines, "```")
    yield from ("", "```math", r"\begin{aligned}")
    for heading, tex in shown_lines(optimizer):
        yield rf"& {tex} && \text{{{heading}}} \\" if heading else rf"& {tex} \\"
    yield from (r"\end{aligned}", "```")


def main() -> None:
    made = page()
    if not FILE.exists() or FILE.read_text(encoding="utf-8") != made:
        FILE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
