"""A csv of any tool as a table of texts: its encoding, its separator, its names, and the line of every row."""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from thalweg.errors import listed, show
from thalweg.scalars import FLOAT, INTEGER, resolve

NAMED = ("x", "y", "step", "loss", "label", "run", "ball", "status")  # what `columns` gives names to
Array = npt.NDArray[np.float64]
MOST_ROWS, MOST_COLUMNS = 3_000_000, 100_000
Lines = Sequence[int] | npt.NDArray[np.int64]  # of the csv, of each row
SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
SAMPLE, HEAD = 20, 200_000  # rows and characters from which separator and names are told
NOTHING = {"", "na", "n/a", "<na>", "none", "null", "missing", "#n/a", "#nv"}  # cells without a value, of any tool
CELL_ERRORS = ("#N/A", "#NV", "#NUM!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?")  # of a spreadsheet, no comments
STARTS = {
    b"PK\x03\x04": ("is a spreadsheet or an archive, not csv", "export the sheet as CSV UTF-8"),
    b"\x1f\x8b": ("is packed, not csv", "unpack it"),
    b"PAR1": ("is Parquet, not csv", "write it with to_csv"),
    b"{": ("looks like JSON, not csv", "write a line of names and a row for each step"),
    b"\x93NUMPY": ("is an .npy, not csv", 'write it with numpy.savetxt(..., delimiter=",", header="x,y")'),
}
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_/.-]*( [A-Za-z0-9_/.-]+)*")


class RecordedError(ValueError):
    """A recording cannot be used: what is wrong, what would be right, and the key of the entry that it concerns."""

    def __init__(self, what: str, cure: str, *keys: str) -> None:
        super().__init__(f"{what}; {cure}")
        self.what, self.cure, self.keys = what, cure, keys


def word(text: str) -> str:
    """Text as a value in a YAML flow mapping: in quotes where it would be read as something else without them."""
    if PLAIN.fullmatch(text) and isinstance(resolve(text), str):
        return text
    return json.dumps(text, ensure_ascii=False)


def value(text: str) -> str:
    """As `word`, but numbers stay numbers."""
    return text if len(text) < 30 and (INTEGER.fullmatch(text) or FLOAT.fullmatch(text)) else word(text)


def flow(columns: Mapping[str, str | None]) -> str:
    """`columns` as a YAML flow mapping; None is null."""
    return "{" + ", ".join(f"{role}: {'null' if name is None else word(name)}" for role, name in columns.items()) + "}"


def decoded(data: bytes, file: str) -> bytes:
    """A csv in UTF-8, from UTF-8 with or without its mark, or UTF-16 with its. Raises RecordedError for others."""
    for start, (what, cure) in STARTS.items():
        if data.startswith(start):
            raise RecordedError(f"{file}: {what}", cure)
    wide = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = "not whole UTF-16" if wide else f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise RecordedError(f"{file}:{line}: {what}", "save it as UTF-8, in Excel as CSV UTF-8") from None
    made = text.encode() if wide else data.removeprefix(codecs.BOM_UTF8)
    if b"\0" in made:
        line = made.count(b"\n", 0, made.index(b"\0")) + 1
        raise RecordedError(
            f"{file}:{line}: holds a zero byte, which no csv does", "save it as UTF-8, in Excel as CSV UTF-8"
        )
    return made


@dataclass(frozen=True)
class Table:
    """names (columns,), stripped, "" where a column has none; `sample`: its first rows; header: the names' line."""

    file: str
    data: bytes
    separator: str
    names: tuple[str, ...]
    header: int
    sample: tuple[tuple[str, ...], ...]

    @property
    def place(self) -> str:
        return f"{self.file}:{self.header}"

    def columns(self, indices: Sequence[int]) -> tuple[list[list[str]], array[int]]:
        """The texts of some columns, one list each, and the line on which each row starts."""
        stores, lines = [list[str]() for _ in indices], array("q")
        keep = list(zip(stores, indices, strict=True))
        for fields, line in _fitted(self):
            for store, index in keep:
                store.append(fields[index])
            lines.append(line)
        if not lines:
            raise RecordedError(f"{self.file}: has no rows", "give a row for each step")
        if len(lines) > MOST_ROWS:
            raise RecordedError(f"{self.file}: has more than {MOST_ROWS:,} rows", f"give at most {MOST_ROWS:,}")
        return stores, lines


def read_table(data: bytes, file: str, wanted: Sequence[str] = ("x", "y")) -> Table:
    """The table in a csv's bytes, of which some columns are wanted; its rows are read by `columns`. Raises
    RecordedError for what is none.
    """
    data = decoded(data, file)
    declared = re.match(rb'"?sep=([,;\t])"?[,;\t]*\r?\n', data)  # Excel's own way to say it
    separator = declared.group(1).decode() if declared else _separator(data)
    comment, line = [""], 1
    for fields, line in _records(data, separator, file, 1 if declared else 0):  # noqa: B007
        names = [field.strip() for field in fields]
        if is_comment(names[0]):
            comment = [names[0].lstrip("# "), *names[1:]]
        elif any(names):
            break
    else:
        named = " and ".join(wanted)
        raise RecordedError(
            f"{file}:1: has no column {wanted[0]}", f"name the columns in the first line, {named} at least"
        )
    if len(names) > MOST_COLUMNS:
        raise RecordedError(f"{file}:{line}: has {len(names):,} columns", f"give at most {MOST_COLUMNS:,}")
    if len(names) == 1 and names[0].strip("\"' ") not in (*wanted, *(name.upper() for name in wanted)):
        raise RecordedError(
            f"{file}:{line}: has one column, {show(names[0])}", f"separate the columns by {listed(SEPARATORS.values())}"
        )
    rows = _sample(_records(data, separator, file, line))
    if all(not math.isnan(as_number(name, separator != ",")) for name in names):
        names, line = _names_of_numbers(names, comment, rows, separator, f"{file}:{line}"), line - 1
    return Table(file, data, separator, tuple(names), line, rows)


def _sample(records: Iterator[tuple[list[str], int]]) -> tuple[tuple[str, ...], ...]:
    """The first rows, as far as they can be read."""
    rows: list[tuple[str, ...]] = []
    try:
        for row, _ in records:
            if any(row) and not is_comment(row[0]):
                rows.append(tuple(row))
            if len(rows) >= SAMPLE:
                break
    except RecordedError:
        pass
    return tuple(rows)


def _separator(data: bytes) -> str:
    """The one by which the first rows fall into as many fields as the names: the most numbers, then the most fields."""
    best, chosen, cut = (False, 0.0, 1), ",", data[:HEAD]
    for separator in SEPARATORS:
        rows = _sample(_records(cut, separator, ""))
        rows = rows[:-1] if len(data) > HEAD and 2 < len(rows) < SAMPLE else rows
        counts = [len(row) - (not row[-1].strip()) for row in rows]
        if counts:
            same = counts[0] > 1 and all(abs(count - counts[0]) <= 1 for count in counts)
            read = [as_number(cell, separator != ",") for row in rows[1:] for cell in row]
            share = 1 - sum(map(math.isnan, read)) / max(1, len(read))
            if (same, share, counts[0]) > best:
                best, chosen = (same, share, counts[0]), separator
    return chosen


def is_comment(first: str) -> bool:
    return first[:1] == "#" and first.strip() not in CELL_ERRORS


def _records(data: bytes, separator: str, file: str, after: int = 0) -> Iterator[tuple[list[str], int]]:
    """Each row of fields with the line on which it starts, of those that start below the line `after`."""
    text = io.TextIOWrapper(io.BytesIO(data), "utf-8", errors="replace", newline="")
    reader = csv.reader(text, delimiter=separator, skipinitialspace=True, strict=True)
    start = 1
    try:
        for fields in _whole(reader, len(data)):
            if fields and start > after:
                yield fields, start
            start = reader.line_num + 1
    except csv.Error as error:
        known = {"unexpected end of data": "a quote is opened and not closed"}
        what = known.get(str(error), f"is not csv: {error}")
        raise RecordedError(f"{file}:{start}: {what}", "mend that line") from None


def _whole(reader: Iterator[list[str]], length: int) -> Iterator[list[str]]:
    """The rows of a csv of so many bytes, however long its fields; others that read csv keep the limit they have."""
    if length <= csv.field_size_limit():
        yield from reader
        return
    while True:
        limit = csv.field_size_limit(length)
        try:
            fields = next(reader, None)
        finally:
            csv.field_size_limit(limit)
        if fields is None:
            return
        yield fields


def _fitted(table: Table) -> Iterator[tuple[list[str], int]]:
    """The rows below the names, with as many fields as there are; blank rows and comments are left out."""
    width, count = len(table.names), 0
    for fields, line in _records(table.data, table.separator, table.file, table.header):
        first = fields[0]
        if (not first or first.isspace()) and not any(field.strip() for field in fields) or is_comment(first):
            continue
        if len(fields) != width:
            fields = _with_width(fields, table, line)
        yield fields, line
        count += 1
        if count > MOST_ROWS:
            return


def _with_width(fields: list[str], table: Table, line: int) -> list[str]:
    """The fields without blank ones at the end, or with those of a status or no name; else it is an error."""
    width = len(table.names)
    if len(fields) > width and not any(field.strip() for field in fields[width:]):
        return fields[:width]
    if len(fields) < width and not any(name for name in table.names[len(fields) :] if name.lower() != "status"):
        return fields + [""] * (width - len(fields))
    cure = f"the first line has {width}"
    if len(fields) > width and table.separator == ",":
        cure += "; where numbers have a decimal comma, separate the columns by ; or a tab"
    if len(fields) == width + 1:
        cure += "; where each row begins with its name or number, name that column too"
    raise RecordedError(f"{table.file}:{line}: has {len(fields)} fields", cure)


def _names_of_numbers(
    first: list[str], comment: list[str], rows: Sequence[Sequence[str]], separator: str, place: str
) -> list[str]:
    """The names of a table that begins with a row: those of the comment above, as numpy.savetxt writes them."""
    if len(comment) == len(first):
        return comment
    count = len(first)
    names = {2: ["x", "y"], 3: ["x", "y", "loss"]}.get(count, ["step", "x", "y", "loss"])
    if count == 3 and first[0] in ("0", "1") and all(row[0].strip().isdecimal() for row in rows):
        names = ["step", "x", "y"]
    names += [f"more{index}" for index in range(1, count - len(names) + 1)]
    line = separator.join(names).replace("\t", " (tab) ")
    if first == [str(index) for index in range(count)]:
        raise RecordedError(
            f"{place}: {show(separator.join(first))} may be names or the first row",
            f"put names in its place or above it, such as {line}",
        )
    raise RecordedError(
        f"{place}: begins with numbers, not with names", f"put a line of names above them, such as {line}"
    )


def is_nothing(text: str) -> bool:
    return text.strip().lower() in NOTHING


def as_number(text: str, comma: bool) -> float:
    """The number that a cell says, nan for what is none and for nan itself; with a decimal comma where `comma`."""
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    if comma and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        return math.nan if "_" in text else float(text)
    except ValueError:
        return math.nan


def numbers(texts: Sequence[str], name: str, table: Table, lines: Lines) -> tuple[Array, npt.NDArray[np.bool_]]:
    """What a column's cells say (rows,), and which say nothing (rows,), nan there.

    A decimal comma is read where columns are separated by ; or a tab. Raises RecordedError for what is no number.
    """
    comma = table.separator != ","
    joined, cells = "\n".join(texts), texts
    if comma and "," in joined and "." not in joined:
        cells = joined.replace(",", ".").split("\n")
    try:
        if "_" not in joined and len(cells) == len(texts):
            return np.fromiter(map(float, cells), np.float64, len(cells)), np.zeros(len(texts), dtype=bool)
    except ValueError:
        pass
    read, missing = np.array([as_number(text, comma) for text in texts]), np.zeros(len(texts), dtype=bool)
    for row in np.flatnonzero(np.isnan(read)).tolist():
        missing[row] = is_nothing(texts[row])
        if not missing[row] and texts[row].strip().lower().lstrip("+-") != "nan":
            points = not comma or any("." in text and "," not in text for text in texts if text != texts[row])
            raise _no_number(texts[row], name, f"{table.file}:{lines[row]}", comma, "." if points else ",")
    return read, missing


def _no_number(text: str, name: str, place: str, comma: bool, decimal: str) -> RecordedError:
    cure, what = "mend that line", "not a number"
    if re.fullmatch(r"\s*-?[0-9]{1,3}([ ,.'\u00a0\u202f][0-9]{3})+([.,][0-9]+)?\s*", text):
        what, cure = "with a mark between thousands", f"write {_unmarked(text, decimal)}"
    if not comma and re.fullmatch(r"\s*[-\u2212]?[0-9]+,[0-9]+([eE][-+]?[0-9]+)?\s*", text):
        cure = "write a decimal point and no mark between thousands, or separate the columns by ; or a tab"
    elif text.lstrip().startswith("tensor("):
        cure = "log the number alone, as tensor.item() gives it"
    return RecordedError(f"{place}: {name} is {show(text, 30)}, {what}", cure)


def _unmarked(text: str, decimal: str) -> str:
    """A number without its marks between thousands, with its column's decimal mark: 1.000,5 is 1000,5 or 1000.5."""
    marks = re.findall(r"[^0-9-]", text.strip())
    whole, mark, rest = text.strip().rpartition(marks[-1])
    if marks[-1] not in ".," or (len(marks) > 1 and marks[-2] == marks[-1]):
        whole, mark, rest = text.strip(), "", ""
    return re.sub(r"[^0-9-]", "", whole) + (mark and decimal) + rest


def one_decimal(columns: Mapping[str, Sequence[str]], table: Table, lines: Lines) -> None:
    """Refuses 1.234 beside 0,5: it may have a decimal mark, or one between thousands."""
    with_mark = {mark: [name for name, texts in columns.items() if mark in "\n".join(texts)] for mark in ".,"}
    if table.separator == "," or not (with_mark["."] and with_mark[","]):
        return
    found = []
    for mark, names in with_mark.items():
        row = next(row for row, text in enumerate(columns[names[0]]) if mark in text)
        found.append((lines[row], names[0], columns[names[0]][row]))
    (line, name, text), (other, _, beside) = found
    raise RecordedError(
        f"{table.file}:{line}: {name} is {show(text, 30)}, and in line {other} stands {show(beside, 30)}",
        "write one decimal mark, and none between thousands",
    )


def same(cell: str, wanted: Any, text: str, comma: bool) -> bool:
    """Whether a cell says the value of a `where`: the same words, or the same number, true, false or nothing."""
    bare = cell.strip()
    if bare == text.strip():
        return True
    if wanted is None:
        return is_nothing(bare)
    if isinstance(wanted, bool):
        return bare.lower() == str(wanted).lower()
    return isinstance(wanted, (int, float)) and as_number(bare, comma) == wanted
