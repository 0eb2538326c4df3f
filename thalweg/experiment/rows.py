"""Columns of numbers from a csv, by the names that a formula has for them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from thalweg.errors import brief, listed
from thalweg.experiment.tables import RecordedError, numbers, read_table
from thalweg.system.files import NotRegular, TooLarge, read_bounded

MOST_BYTES = 100_000_000


def read_rows(path: Path, file: str, names: Sequence[str]) -> tuple[dict[str, list[float]], str]:
    """Each column (rows,) by its name, and the file's sha256; other columns are left alone.

    `file` is what messages call it. Raises RecordedError for what cannot be used, OSError where it cannot be read.
    """
    file = brief(file)
    try:
        data = read_bounded(path, MOST_BYTES)
    except (NotRegular, TooLarge) as error:
        raise RecordedError(f"{file}: {error}", f"give a csv of at most {MOST_BYTES:,} bytes") from None
    table = read_table(data, file, names)
    for name in names:
        if name not in table.names:
            raise RecordedError(
                f"{table.place}: has no column {name}, and the formula has that name",
                f"name a column so (there are {listed(filter(None, table.names[:12]))}), or give {name} in parameters",
            )
    texts, lines = table.columns([table.names.index(name) for name in names])
    made = {}
    for name, cells in zip(names, texts, strict=True):
        read, missing = numbers(cells, name, table, lines)
        wrong = np.flatnonzero(missing | ~np.isfinite(read))
        if len(wrong):
            what = "empty" if missing[wrong[0]] else "not finite"
            raise RecordedError(f"{file}:{lines[wrong[0]]}: {name} is {what}", "give a number, or leave that row out")
        made[name] = read.tolist()
    return made, hashlib.sha256(data).hexdigest()
