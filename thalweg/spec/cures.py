"""What was meant: for a line that cannot be read, the usual slips are mended one by one, and the config is read again.

Where the problem is gone then, the slip was its cause: the message names it and says how the line would be right. So
a cure that is told here has been tried.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from thalweg.errors import Problem

MOST = 12  # problems of one file whose cure is looked for
MOST_TRIES = 40  # of one problem
LARGEST = 20_000  # characters of a file that is read again
TEXTS = ("title", "caption", "label", "expression")
LONGEST = 400  # characters of a line that is mended
Reading = Callable[[str, Sequence[str]], list[Problem]]  # text of the file, --set -> problems

PLAIN = {
    **dict.fromkeys("−–—‐‑‒―－﹣➖⁃•●▪", "-"),
    **dict.fromkeys("“”„‟«»″＂〝〞", '"'),
    **dict.fromkeys("‘’‚‛′＇´", "'"),
    **dict.fromkeys("：﹕︰∶ː", ":"),
    **dict.fromkeys("，﹐､、", ","),
    **dict.fromkeys("．。", "."),
    "＃": "#",
    "＝": "=",
    "［": "[",
    "］": "]",
    "｛": "{",
    "｝": "}",
    "（": "(",
    "）": ")",
    "／": "/",
    "×": "*",
    "…": "...",
}
NAMES = {
    "\u00a0": "no-break space",
    "\u202f": "narrow no-break space",
    "\u3000": "ideographic space",
    "\u200b": "zero-width space",
    "\u200c": "zero-width non-joiner",
    "\u200d": "zero-width joiner",
    "\u2060": "word joiner",
    "\ufeff": "byte order mark",
    "\u00ad": "soft hyphen",
    "−": "minus sign",
    "–": "en dash",
    "—": "em dash",
    "：": "full-width colon",
    "，": "full-width comma",
    "“": "curly quote",
    "”": "curly quote",
    "‘": "curly quote",
    "’": "curly quote",
}
KEY = r"[A-Za-z_][\w.]*"
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


@dataclass(frozen=True)
class Slip:
    """One way of mistyping: `mend` gives a line, or a value, as it was meant, and `what` says what is wrong there."""

    what: str | Callable[[str], str]
    mend: Callable[[str], str]

    def words(self, line: str) -> str:
        return self.what if isinstance(self.what, str) else self.what(line)


def odd(text: str) -> str:
    """The first character of the text that stands for a plain one, or ''."""
    return next((char for char in text if _plain(char) != char), "")


def plainly(text: str) -> str:
    """The text with look-alikes of YAML's signs, of blanks and of digits made plain, without what cannot be seen."""
    return "".join(map(_plain, text))


def _plain(char: str) -> str:
    if char.isascii():
        return char
    kind = unicodedata.category(char)
    if kind == "Zs":
        return " "
    if kind == "Cf":
        return ""
    if kind == "Nd":
        return str(unicodedata.digit(char))
    return PLAIN.get(char, char)


def _odd_words(line: str) -> str:
    char = odd(line)
    name = NAMES.get(char) or unicodedata.name(char, "a character").lower()
    sign = f" {char}" if char.isprintable() and not char.isspace() else ""
    return f"holds the {name}{sign} (U+{ord(char):04X})"


def _sub(pattern: str, new: str | Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    return lambda line: re.sub(pattern, new, line)


def _percent(found: re.Match[str]) -> str:
    return f"{float(found[1]) / 100:.12g}"


def _fraction(found: re.Match[str]) -> str:
    return f"{int(found[1][:12]) / int(found[2][:12]):.6g}"


def _closed(line: str) -> str:
    """The line with the brackets closed that it opens."""
    open_ones: list[str] = []
    for sign in re.sub(r"\"[^\"]*\"|'[^']*'", "", line):
        if sign in "[{":
            open_ones.append("]" if sign == "[" else "}")
        elif open_ones and sign == open_ones[-1]:
            open_ones.pop()
    return line.rstrip() + "".join(reversed(open_ones))


def _quoted(found: re.Match[str]) -> str:
    text = found[2].strip()
    return found[1] + ("'" + text.replace("'", "''") + "'" if '"' in text or "\\" in text else f'"{text}"')


SLIPS = (
    Slip(_odd_words, plainly),
    Slip("has a tab, where YAML takes blanks", _sub(r"(?<=\S)\t+", " ")),
    Slip("has ` where YAML has quotes", lambda line: line.replace("`", '"')),
    Slip("has two dashes for one entry", _sub(r"^(\s*)-\s+-\s+", r"\1- ")),
    Slip(
        "has commas inside a number",
        _sub(r"(?<![\w.,])([1-9]\d{0,2}(?:,\d{3})+)(?![\w,])", lambda m: m[1].replace(",", "")),
    ),
    Slip(
        "has a decimal comma, where YAML takes a decimal point",
        _sub(r"(?<![\w.,])([-+]?\d+),(\d+(?:[eE][-+]?\d+)?)(?![\w.])", r"\1.\2"),
    ),
    Slip("has _ inside a number", _sub(r"(?<![\w.])\d+(?:_\d+)+", lambda m: m[0].replace("_", ""))),
    Slip(
        "has blanks inside a number", _sub(r"(?<![\w.])(\d{1,3}(?: \d{3})+)(?![\w.])", lambda m: m[1].replace(" ", ""))
    ),
    Slip("has no blank behind the colon", _sub(rf"(?<![\w.:/\"'])({KEY}):(?=[^\s:/\\])", r"\1: ")),
    Slip("has no blank behind the dash", _sub(r"^(\s*)-(?=[A-Za-z{])", r"\1- ")),
    Slip("has = where YAML has a colon", _sub(rf"(?<![\w.])({KEY})\s*:?=\s*", r"\1: ")),
    Slip("has -> where YAML has a colon", _sub(rf"(?<![\w.])({KEY})\s*[-=]>\s*", r"\1: ")),
    Slip("has * or + where YAML has a dash", _sub(r"^(\s*)[*+](?=\s)", r"\1-")),
    Slip("has no colon", _sub(rf"^(\s*(?:- )?)({KEY})\s+(?=\S)", r"\1\2: ")),
    Slip("has no colon", _sub(rf"([{{,]\s*)({KEY})\s+(?={NUMBER}|\[|true|false)", r"\1\2: ")),
    Slip("has no colon", _sub(r"^(\s*(?:- )?[A-Za-z_]\w*)\s*$", r"\1:")),
    Slip("ends in a sign that is not YAML's", _sub(r"[,;]\s*$", "")),
    Slip("has ; where YAML has a comma", lambda line: line.replace(";", ",")),
    Slip("has ( ) where YAML has [ ]", lambda line: line.replace("(", "[").replace(")", "]")),
    Slip("has { } where YAML has [ ]", _sub(r"\{([^{}:]*)\}", r"[\1]")),
    Slip(
        "is a list without [ ]",
        _sub(
            rf"({KEY}:\s+)({NUMBER}(?:\s*[,;]\s*|\s+){NUMBER})\s*$",
            lambda m: m[1] + "[" + ", ".join(re.findall(NUMBER, m[2])) + "]",
        ),
    ),
    Slip("has no comma between two numbers", _sub(rf"(?<=[\[\s])({NUMBER})\s+(?={NUMBER}\s*[,\]])", r"\1, ")),
    Slip("has a bracket that is not closed", lambda line: _closed(line)),
    Slip("has a percent sign", _sub(rf"({NUMBER})\s*%", _percent)),
    Slip("has a letter behind the number", _sub(rf"(?<![\w.])({NUMBER})[fFdDlL]\b", r"\1")),
    Slip("has a blank inside the number", _sub(r"(\d)\s+(?=[eE][-+]?\d)|(?<=\d[eE])\s+|([-+])\s+(?=[\d.])", r"\1\2")),
    Slip(
        "has a power of ten that YAML does not read",
        _sub(r"(?:(\d+\.?\d*)\s*\*\s*)?(?<![\d.])10\s*(?:\^|\*\*)\s*([-+]?\d+)", lambda m: f"{m[1] or 1}e{m[2]}"),
    ),
    Slip("has a fraction, which YAML does not read", _sub(r"(?<![\w.])(\d+)\s*/\s*([1-9]\d*)(?![\w.])", _fraction)),
    Slip("has a comment without a blank before #", _sub(r"(?<=[^\s\"'])#(?![0-9a-fA-F]{3})", " #")),
    Slip("has // where YAML has #", _sub(r"(^|\s)//", r"\1#")),
)
OF_TEXT = (  # tried where the file is no YAML
    Slip(
        "has a colour that must be quoted", _sub(r"(?<![\w\"'#])(#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3})(?![\w\"'])", r'"\1"')
    ),
    Slip("has a quote that is not closed", _sub(r"^(.*?:\s+)[\"']([^\"']*)$", _quoted)),
    Slip(
        "has text that must be quoted", _sub(r"^(\s*(?:- )?(?:title|caption|label|text):\s+)([^\s\"'].*?)\s*$", _quoted)
    ),
)


def better(problems: Sequence[Problem], text: str, overrides: Sequence[str], reading: Reading) -> list[Problem]:
    """The problems, those that one slip explains in its words. `reading` reads the config anew."""
    made, before = list(problems), [_place(each) for each in problems]
    if len(text) > LARGEST:
        return made
    for index, problem in enumerate(problems[:MOST]):
        for tried, whole, clearer in islice(_tries(problem, text, overrides), MOST_TRIES):
            if _gone(problem, before, [_place(each) for each in reading(whole, tried)]):
                made[index] = clearer
                break
    return made


def _place(problem: Problem) -> tuple[int, str, str, str]:
    return problem.line, problem.source, problem.where, problem.what


def _gone(problem: Problem, before: list[tuple[int, str, str, str]], after: list[tuple[int, str, str, str]]) -> bool:
    """Whether the problem is there no more, and none is new but what stands behind text that was no YAML."""
    if not problem.source and not problem.where:  # nothing behind that line had been read
        return all(line > problem.line or where for line, _, where, _ in after) and not any(
            line == problem.line for line, *_ in after
        )
    return _place(problem) not in after and set(after) <= set(before)


def _tries(problem: Problem, text: str, overrides: Sequence[str]) -> Iterator[tuple[Sequence[str], str, Problem]]:
    """(--set, text of the file, the problem in its words) for every slip that may have been made."""
    if problem.where.rpartition(".")[2] in TEXTS:  # what is wrong in words and formulas is told where these are read
        return
    if problem.source:
        yield from _tries_of_option(problem, text, overrides)
        return
    lines, no_yaml = text.splitlines(keepends=True), problem.what.startswith("not YAML")
    if not problem.where and not no_yaml and not problem.what.endswith("is not a mapping"):
        return
    opened = re.search(r"opens in line (\d+)", problem.what)
    near = [problem.line, problem.line - 1, int(opened[1]) if opened else 0][: 3 if no_yaml else 1]
    near = [number for number in dict.fromkeys(near) if 0 < number <= len(lines)]
    for number, mended, what, cure in [*_slipped(lines, near, no_yaml), *(_indented(lines, near) if no_yaml else ())]:
        clearer = replace(problem, line=number, what="not YAML: " * no_yaml + what, cure=cure)
        yield overrides, _with(lines, number, mended), clearer
    if odd(text):
        yield (
            overrides,
            plainly(text),
            replace(
                problem, what=f"{_odd_words(text)}, as other lines do", cure="write plain signs and blanks instead"
            ),
        )


def _with(lines: list[str], number: int, line: str) -> str:
    """The file with that line in place of its own."""
    full = lines[number - 1]
    return "".join([*lines[: number - 1], line + full[len(full.rstrip("\r\n")) :], *lines[number:]])


def _slipped(lines: list[str], near: list[int], no_yaml: bool) -> Iterator[tuple[int, str, str, str]]:
    """(number of a line, the line mended, what is wrong, the cure) for every slip in the lines near the problem."""
    for number in near:
        line = lines[number - 1].rstrip("\r\n")
        for slip in SLIPS + OF_TEXT * no_yaml if len(line) <= LONGEST else ():
            mended = slip.mend(line)
            if mended != line:
                yield number, mended, slip.words(line), f"write {mended.strip()}"


def _indented(lines: list[str], near: list[int]) -> Iterator[tuple[int, str, str, str]]:
    """The same for lines with the indents of those around them."""
    for number in near[:2]:
        line = lines[number - 1].rstrip("\r\n")
        own = line[: len(line) - len(line.lstrip())]
        around = [
            each for each in [*lines[max(0, number - 3) : number - 1], *lines[number : number + 1]] if each.strip()
        ]
        found = [len(each) - len(each.lstrip()) for each in reversed(around)]
        what = "is indented with tabs, YAML takes spaces" if "\t" in own else "is not indented right"
        for indent in dict.fromkeys([*found, *(one + 2 for one in found)]):
            mended = " " * indent + line.strip()
            if mended != line and line.strip():
                yield number, mended, what, f"put {indent or 'no'} blank{'s' * (indent != 1)} before {line.strip()}"


def _tries_of_option(
    problem: Problem, text: str, overrides: Sequence[str]
) -> Iterator[tuple[Sequence[str], str, Problem]]:
    setting = problem.source.removeprefix("--set ")
    if setting not in overrides or len(setting) > LONGEST or "=" not in setting:
        return
    key, _, value = setting.partition("=")
    for slip in SLIPS:
        line = slip.mend(f"key: {value}")  # as it would stand in the file
        for mended in (f"{key}={line.removeprefix('key: ')}", f"{plainly(key)}={value}"):
            if mended != setting and line.startswith("key: "):
                yield (
                    [mended if each == setting else each for each in overrides],
                    text,
                    replace(problem, what=slip.words(setting), cure=f"write {mended}"),
                )
