"""Which column of a csv says what: as the config names it, else by names that are plain, else a message with a cure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NoReturn

from thalweg.errors import nearest, show
from thalweg.experiment.tables import NAMED, RecordedError, Table, as_number, flow, is_nothing

ROLES = tuple(role for role in NAMED if role != "run")  # run is another word for label
PLAIN = {
    "x": ("x",),
    "y": ("y",),
    "loss": ("loss",),
    "ball": ("ball",),
    "status": ("status",),
    "step": ("step", "_step", "steps", "global_step", "trainer/global_step", "iteration", "iterations", "iter"),
    "label": ("label", "run", "run_id", "run_name", "optimizer"),
}  # the first that there is
MAYBE_STEPS = ("epoch", "", "unnamed: 0", "index")  # used where they count as steps do: see recorded.py
TRAINING = ("train", "training")
NO_PLACE = re.compile(
    r"(^|[/_. -])(time|timestamp|runtime|seconds?|duration|steps?|iter|iteration|epoch|lr|rate|acc|"
    r"accuracy|seed|index|norm|grad|min|max|loss|run|id|trial|fold|ball)$|^(unnamed: 0)?$"
)
MOST_QUOTED, MOST_LIKELY, LONGEST = 12, 50, 200  # names told, looked at, and letters of one that is given to paste

Columns = Mapping[str, str | None]  # role -> the csv's name; None: there is none


def resolved_columns(table: Table, given: Columns) -> dict[str, int]:
    """The index of the column of each role that there is, `optimizer` and `maybe_step` too.

    Raises RecordedError, with the columns there are and a cure to paste, where x or y is not plain.
    """
    given = {("label" if role == "run" else role): name for role, name in given.items()}
    found = {role: _named(table, role, name) for role, name in given.items() if name is not None}
    taken = set(found.values())
    for role in ROLES:
        if role not in given:
            index = _plain(table, PLAIN[role], taken)
            if index is not None:
                found[role] = index
                taken.add(index)
    missing = [role for role in ("x", "y") if role not in found]
    losses = _losses(table, taken) if not {"loss"} & {*found, *given} else []
    if missing:
        short = _short(table, losses)
        _no_place(table, missing, found, {**given, "loss": short[0]} if short else given)
    if len(losses) == 1 and _is_training(table.names[losses[0]]):
        found["loss"] = losses[0]
    elif losses:  # is not taken, nor left unread, without a word
        none, short = f"columns: {flow({**given, 'loss': None})}", _short(table, losses)
        cure = (
            f"write columns: {flow({**given, 'loss': short[0]})}, or loss: null for none"
            if short
            else f"write {none} for none, or give it a shorter name"
        )
        raise RecordedError(
            f"{table.place}: no column is named loss, and {quoted(table.names[index] for index in losses)} may be it",
            cure,
            "columns",
        )
    for role, names in (("optimizer", ("optimizer",)), ("maybe_step", MAYBE_STEPS)):
        index = _plain(table, names, taken - {found.get("label")} if role == "optimizer" else taken)
        if index is not None and (role == "optimizer" or not ({"step"} & {*given, *found})):
            found[role] = index
    return found


def _short(table: Table, indices: Iterable[int]) -> list[str]:
    """The names of columns that are short enough to be told whole."""
    return [name for name in (table.names[index] for index in indices) if len(name) <= LONGEST]


def place_of(table: Table, name: str) -> int | None:
    """The column of that name, exactly, else the one that has it in other letters."""
    name = name.strip()
    if name in table.names:
        return table.names.index(name)
    alike = [index for index, each in enumerate(table.names) if each.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None


def no_column(table: Table, name: str, *keys: str) -> RecordedError:
    """What to say of a name that no column has."""
    names = [each for each in table.names if each] or ["x", "y"]
    cure = nearest(name, names) if len(names) <= MOST_QUOTED else ""
    if not cure.startswith("did"):
        cure = f"it has {quoted(table.names)}"
    return RecordedError(f"{table.place}: has no column {show(name)}", cure, *keys)


def quoted(names: Iterable[str]) -> str:
    """The columns there are, in quotes."""
    known = [show(name, 80) for name in dict.fromkeys(names)]
    more = f" and {len(known) - MOST_QUOTED} more" if len(known) > MOST_QUOTED else ""
    return ", ".join(known[:MOST_QUOTED]) + more


def _named(table: Table, role: str, name: str) -> int:
    index = place_of(table, name)
    if index is None:
        raise no_column(table, name, "columns", role)
    if table.names.count(table.names[index]) > 1 and table.names[index]:
        _twice(table, table.names[index])
    return index


def _plain(table: Table, names: Iterable[str], taken: set[int]) -> int | None:
    """The column that has the first of the names that there is; an error where two have it."""
    lower = [name.lower() for name in table.names]
    for name in names:
        places = [index for index, each in enumerate(lower) if each == name and index not in taken]
        if len(places) > 1 and name:
            _twice(table, name, *(table.names[index] for index in places))
        if places and (name or places[0] == 0):  # a column without a name counts rows where it is the first
            return places[0]
    return None


def _twice(table: Table, name: str, *written: str) -> NoReturn:
    written = tuple(dict.fromkeys(written))
    if len(written) > 1:  # they are PLAIN names, so short
        role = next((role for role, names in PLAIN.items() if name in names), name)
        raise RecordedError(
            f"{table.place}: has two columns {' and '.join(map(show, written))}",
            f"write columns: {flow({role: written[0]})}, or keep one",
        )
    raise RecordedError(f"{table.place}: has two columns {show(name)}", "keep one")


def _losses(table: Table, taken: set[int]) -> list[int]:
    """The columns that speak of a loss: that of the training alone where it is one, else all, the training's first.

    train/loss, Loss/train, trainLoss and the like are the training's.
    """
    found = [index for index, name in enumerate(table.names) if index not in taken and _speaks_of_loss(name)]
    ours = [index for index in found if _is_training(table.names[index])]
    return ours if len(ours) == 1 else sorted(found, key=lambda index: index not in ours)


def _speaks_of_loss(name: str) -> bool:
    return "loss" in _parts(name) and not {"min", "max"} & set(_parts(name))  # W&B's bounds of a curve


def _is_training(name: str) -> bool:
    return any(sorted(_parts(name)) == sorted(["loss", word]) for word in TRAINING)


def _parts(name: str) -> list[str]:
    """The words of a name in small letters: trainLoss, train_loss and train/loss have two."""
    return re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())


def _no_place(table: Table, missing: list[str], found: Mapping[str, int], given: Columns) -> NoReturn:
    """No column is plainly x or y: those that there are, and the mapping to paste."""
    what = f"{table.place}: has no column {' and no column '.join(missing)}, but {quoted(table.names)}"
    free = [index for index in range(len(table.names)) if index not in found.values()]
    guessed = _guess(table, free, len(missing))
    if [name.lower() for name in table.names] == ["wall time", "step", "value"]:  # TensorBoard: a file for each tag
        raise RecordedError(what, "join the files of x, y and loss by Step into one with the columns Step, x, y, loss")
    if len(guessed) < len(missing):
        raise RecordedError(
            what,
            "add "
            + " and ".join(f"a column {role}" for role in missing)
            + ": where on the surface the ball is in each row",
            "columns",
        )
    names = dict(zip(missing, (table.names[index] for index in guessed), strict=True))
    raise RecordedError(what, f"write columns: {flow({**names, **given, **names})}", "columns")


def _guess(table: Table, free: list[int], count: int) -> list[int]:
    """Columns that may be a place: numbers with names that are no clock's, a pair such as w1, w2 before others."""
    comma, names, often = table.separator != ",", table.names, Counter(table.names)
    likely: list[int] = []
    for index in free:
        if len(likely) == MOST_LIKELY:
            break
        cells = [row[index] for row in table.sample if index < len(row) and not is_nothing(row[index])]
        if (
            cells
            and all(as_number(cell, comma) == as_number(cell, comma) for cell in cells)
            and not NO_PLACE.search(names[index].lower())
            and often[names[index]] == 1
            and len(names[index]) <= LONGEST
        ):
            likely.append(index)
    pairs = [(one, other) for one in likely for other in likely if _next_to(names[one].lower(), names[other].lower())]
    if count == 2 and pairs:
        return list(pairs[0])
    return likely[:count]


def _next_to(one: str, other: str) -> bool:
    """w1 and w2, or a name that ends in x beside one that ends in y."""
    if one[:-1] == other[:-1] and (one[-1:], other[-1:]) == ("x", "y"):
        return True
    left, right = re.fullmatch(r"(.*?)(\d{1,6})\W*", one), re.fullmatch(r"(.*?)(\d{1,6})\W*", other)
    return bool(left and right) and left[1] == right[1] and int(right[2]) == int(left[2]) + 1  # type: ignore[index]
