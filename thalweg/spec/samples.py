"""Files that a config names: where they are, the surface of a file of samples, the runs of a csv."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from thalweg.errors import Mark, Report, brief, number, show
from thalweg.experiment.recorded import Asked, Recording, read_recording
from thalweg.experiment.tables import NAMED, RecordedError
from thalweg.registry import parameter
from thalweg.scalars import EMPTY
from thalweg.spec.basics import EntryBasics
from thalweg.spec.schema import checked, join, unknown
from thalweg.spec.starts import read_box
from thalweg.tree import Node

SAMPLED = ("samples", "sha256", "domain", "cap", "crop")
RECORDED = ("file", "columns", "where", "sha256")


@dataclass(frozen=True)
class Cap:
    """The loss above which a surface is cut off in the picture."""

    cap: float | None = parameter(None, low=-1e300, high=1e300, doc="the loss above which nothing is drawn")


def named_file(node: Node, key: str, where: str, example: str, report: Report) -> Path | None:
    """The file under `key`, relative to the config's folder; None, with the problem reported, for what names none."""
    child, where = node.child(key), join(where, key)
    if not child.is_scalar or not isinstance(child.scalar, str) or not child.scalar.strip() or "\0" in child.scalar:
        what = "is empty" if child.is_null or child.scalar == "" else f"{show(child.plain)} is not the path of a file"
        report.add(node.mark_of(key), where, what, f"write {key}: {example}")
        return None
    return Path(report.file).parent / child.scalar


def cannot_read(error: OSError, node: Node, key: str, where: str, report: Report) -> None:
    """Says that the file under `key` is not there, or may not be read."""
    report.add(
        node.mark_of(key),
        join(where, key),
        f"{brief(node.child(key).scalar)} cannot be read: {error.strerror}",
        "paths are relative to the YAML's folder",
    )


def same_file(node: Node, digest: str, where: str, file: str, report: Report) -> bool:
    """Whether the file is the one meant, where `sha256` says which: it is written into what travels with a film."""
    if not node.has("sha256") or node.child("sha256").plain == digest:
        return True
    report.add(
        node.mark_of("sha256"),
        join(where, "sha256"),
        f"{brief(file)} is another file than the one meant",
        "remove sha256 to take it as it is",
    )
    return False


def read_sampled(node: Node, where: str, report: Report) -> Any:
    """The surface of `samples:`; None, with problems reported."""
    from thalweg.calculus import read_samples

    before = len(report.problems)
    for key in [key for key in node.entries or {} if key not in SAMPLED]:
        if key in ("name", "expression", "parameters", "data"):
            report.add(node.keys[key], join(where, key), "does not go with samples, which say it all", "remove it")
        else:
            unknown(key, SAMPLED, node, where, report)
    path = named_file(node, "samples", where, "loss_grid.npz", report)
    if path is None:
        return None
    file = node.child("samples").scalar
    box = read_box(node, "domain", join(where, "domain"), report)
    sides = (box.x, box.y) if box and node.has("domain") else None
    try:
        surface: Any = read_samples(path, sides)
    except ValueError as error:
        what, _, cure = str(error).partition("; ")
        report.add(node.mark_of("samples"), join(where, "samples"), f"{brief(file)}: {what}", cure)
        return None
    except OSError as error:
        cannot_read(error, node, "samples", where, report)
        return None
    same = same_file(node, surface.digest, where, file, report)
    return surface if same and len(report.problems) == before else None


def crop_and_cap(surface: Any, node: Node, where: str, report: Report) -> Any:
    """The surface over its `crop`, its heights cut off above its `cap`; None, with problems reported."""
    before = len(report.problems)
    box = read_box(node, "crop", join(where, "crop"), report)
    if box is not None and node.has("crop"):
        for name, side, (low, high) in zip("xy", (box.x, box.y), surface.domain, strict=True):
            slack = 1e-6 * (high - low)
            if side and (side[0] < low - slack or side[1] > high + slack):
                report.add(
                    node.mark_of("crop"),
                    join(where, "crop"),
                    f"{name} leaves the surface",
                    f"stay within [{number(low)}, {number(high)}]",
                )
        if len(report.problems) == before:
            surface = surface.with_domain(box.within(surface.domain))
    words, _ = (
        checked(
            Cap,
            Node(node.mark, entries={"cap": node.child("cap")}, keys={"cap": node.mark_of("cap")}),
            where,
            report,
        )
        if node.has("cap")
        else (Cap(), set())
    )
    if words is None or len(report.problems) > before:
        return None
    if words.cap is None:
        return surface
    with np.errstate(all="ignore"):
        axes = [np.linspace(low, high, 201) for low, high in surface.domain]
        lowest = np.nanmin(np.append(surface.value(np.stack(np.meshgrid(*axes), axis=-1)).ravel(), np.inf))
    if not lowest < words.cap:
        report.add(
            node.mark_of("cap"),
            join(where, "cap"),
            f"nothing of the surface is below {number(words.cap)}",
            f"write a loss above {number(float(lowest))}",
        )
        return None
    return surface.with_cap(words.cap)


def read_recorded(body: Node, mark: Mark, where: str, report: Report) -> tuple[EntryBasics, Recording | None]:
    """What a `recorded:` entry says, and its runs; None, with problems reported."""
    if body.entries is None or not body.has("file"):
        what = "names no file" if body.is_null or body.entries is not None else f"{show(body.plain)} is not a mapping"
        report.add(mark, where, what, "write - recorded: {file: run.csv, label: My network}")
        return EntryBasics(), None
    basics, bad = checked(EntryBasics, body, where, report, also=RECORDED)
    path = named_file(body, "file", where, "run.csv", report)
    columns, rows = _columns(body, where, report), _where(body, where, report)
    if path is None or basics is None or bad or columns is None or rows is None:
        return basics or EntryBasics(), None
    file = body.child("file").scalar
    try:
        recording = read_recording(path, Asked(file, basics.label, columns, rows))
    except RecordedError as error:
        node, keys = body, list(error.keys or ("file",))
        while len(keys) > 1 and node.has(keys[0]) and node.child(keys[0]).has(keys[1]):
            node, where, keys = node.child(keys[0]), join(where, keys[0]), keys[1:]
        key = keys[0] if node.has(keys[0]) else "file"
        report.add(node.mark_of(key), join(where, key), error.what, error.cure)
        return basics, None
    except OSError as error:
        cannot_read(error, body, "file", where, report)
        return basics, None
    return basics, recording if same_file(body, recording.digest, where, file, report) else None


def _columns(body: Node, where: str, report: Report) -> dict[str, str | None] | None:
    """Role -> the csv's name of its column, None for none; None, with problems reported."""
    where, form = join(where, "columns"), "write columns: {x: w1, y: w2, loss: train/loss, step: Step}"
    node = _mapping(body, "columns", where, form, report)
    if node is None:
        return None
    before = len(report.problems)
    names: dict[str, str | None] = {}
    for role, child in (node.entries or {}).items():
        if role not in NAMED:
            unknown(role, NAMED, node, where, report)
        elif child.scalar is EMPTY:
            report.add(
                node.mark_of(role),
                join(where, role),
                "is empty",
                'name a column of the csv, null for none, or "" for the one without a name',
            )
        elif not child.is_scalar:
            report.add(node.mark_of(role), join(where, role), f"{show(child.plain)} is not the name of a column", form)
        else:
            names[role] = None if child.scalar is None else child.text
    if {"label", "run"} <= set(names):
        report.add(node.mark_of("run"), join(where, "run"), "is the same as label", "keep one of them")
    return names if len(report.problems) == before else None


def _where(body: Node, where: str, report: Report) -> dict[str, tuple[str, Any]] | None:
    """Column -> what its cells must say, as written and as a value; None, with problems reported."""
    where, form = join(where, "where"), "write where: {run: 3, phase: train}"
    node = _mapping(body, "where", where, form, report)
    if node is None:
        return None
    before = len(report.problems)
    wanted = {}
    for name, child in (node.entries or {}).items():
        number = isinstance(child.scalar, float) and not math.isfinite(child.scalar)
        if not child.is_scalar or child.scalar is EMPTY or number:
            what = "is empty" if child.scalar is EMPTY and child.is_scalar else f"{show(child.plain)} is no such value"
            report.add(node.mark_of(name), join(where, name), what, "give one text, number, true, false or null")
        else:
            wanted[name] = ("" if child.scalar is None else child.text, child.scalar)
    return wanted if len(report.problems) == before else None


def _mapping(body: Node, key: str, where: str, form: str, report: Report) -> Node | None:
    """The mapping under `key`, an empty one where there is none; None, with the problem reported, for others."""
    node = body.child(key) if body.has(key) else Node(body.mark, entries={})
    if node.entries is None and not (node.is_scalar and node.scalar is None):
        what = "is empty" if node.is_null else f"{show(node.plain)} is not a mapping"
        report.add(body.mark_of(key), where, what, form)
        return None
    return node
