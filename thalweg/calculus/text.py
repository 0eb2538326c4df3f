"""From a formula's text to Python's syntax tree: every bound on its size, and the words for what cannot be read."""

from __future__ import annotations

import ast
import keyword
import math
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping

from thalweg.calculus.foreign_names import KEYWORD, MOST, cut

LENGTH, DEPTH, NODES, POWER = 4000, 60, 800, 1000  # characters, nesting, nodes of the tree, product of exponents
FUNCTIONS: Mapping[str, Callable[..., float]] = {  # name -> the same function of numbers
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
    "sign": lambda a: float((a > 0) - (a < 0)),
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "min": min,
    "max": max,
}
CONSTANTS = {"e": math.e, "pi": math.pi}
KNOWN = frozenset(("x", "y", *CONSTANTS, *FUNCTIONS))  # names with a meaning of their own
GLYPHS = {
    "·": "*",
    "×": "*",
    "⋅": "*",
    "∙": "*",
    "∗": "*",
    "•": "*",
    "＊": "*",
    "−": "-",
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "－": "-",
    "＋": "+",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "／": "/",
    "π": "pi",
    "ℯ": "e",
    "（": "(",
    "）": ")",
    "，": ",",
    "．": ".",
    "½": "(1/2)",
    "𝑥": "x",
    "𝑦": "y",
    "𝜋": "pi",
    **dict.fromkeys("“”„‘’‚", ""),
}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
ALLOWED = "use x, y, parameters, numbers, pi, e, + - * / ** and functions such as exp, sqrt, abs"


class ExpressionError(ValueError):
    """The formula or its parameters cannot be used; the message is one line that says what is wrong and the cure."""


class DataError(ExpressionError):
    """The data of a formula cannot be used: in which column, and which of its numbers, where it is one."""

    def __init__(self, line: str, name: str | None = None, item: int | None = None) -> None:
        super().__init__(line)
        self.name, self.item = name, item


def check_names(names: Iterable[str], kind: str) -> None:
    """ExpressionError for what cannot be the name of a parameter, or of what `kind` says."""
    for name in names:
        if not isinstance(name, str) or not name.isidentifier() or not name.isascii():
            raise ExpressionError(
                f"{kind} {str(name)[:40]!r} is not a name; use letters from a to z, digits and _, "
                "no digit first, such as a_2"
            )
        if name in KNOWN:
            raise ExpressionError(f"a {kind} cannot be named {name}, which has its own meaning; choose another name")


def check_parameters(parameters: Mapping[str, float]) -> dict[str, float]:
    """The parameters as floats; ExpressionError for a name or a value that cannot be one."""
    checked = {}
    check_names(parameters, "parameter")
    for name, value in parameters.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ExpressionError(f"parameter {name} must be a number")
        try:
            checked[name] = float(value)
        except OverflowError:
            checked[name] = math.inf
        if not math.isfinite(checked[name]):
            raise ExpressionError(f"parameter {name} must be a finite number")
    return checked


def parse(text: str, names: Iterable[str] = ()) -> tuple[ast.expr, str]:
    """The tree of one expression and the line it was read from, those of Python's keywords that are `names` marked.

    Raises ExpressionError for what is no expression, too long, too deep or too large.
    """
    if not isinstance(text, str) or not text.strip():
        raise ExpressionError("the formula is empty; write one in x and y, such as x**2 + y**2")
    if len(text) > LENGTH:
        raise ExpressionError(f"the formula has {len(text)} characters; at most {LENGTH} are read")
    for character in text:
        if not (character.isascii() and (character.isprintable() or character.isspace())) or character in "#\\":
            raise ExpressionError(
                f"the character {character!r} (U+{ord(character):04X}) has no meaning in a formula; "
                + _plainly(text, character)
            )
    line = " ".join(text.split())
    for name in filter(keyword.iskeyword, names):  # lambda, a usual parameter, is no name to Python
        line = re.sub(rf"(?<![\w.]){name}(?!\w)", KEYWORD + name, line)
    if re.search(r"(?<![\w.])0[xXoObB]|\d_", line):
        raise ExpressionError("numbers in a formula are decimal and without _, as in 1000 or 1e3")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns about 1if and the like, which are refused anyway
            tree = ast.parse(line, mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ExpressionError(_syntax(line, error)) from None
    except (RecursionError, MemoryError):
        raise ExpressionError(f"the formula is nested too deeply; at most {DEPTH} levels are read") from None
    count, depth = _size(tree)
    if count > NODES:
        raise ExpressionError(f"the formula has {count} parts (names, numbers, signs); at most {NODES} are read")
    if depth > DEPTH:
        raise ExpressionError(f"the formula is nested {depth} levels deep; at most {DEPTH} are read")
    return tree, line


def names_in(text: str, names: Iterable[str] = ()) -> set[str]:
    """The names in a formula, those of Python's keywords among them that are `names`. Raises ExpressionError."""
    tree, _ = parse(text, names)
    return {each.id.removeprefix(KEYWORD) for each in ast.walk(tree) if isinstance(each, ast.Name)}


def _plainly(text: str, character: str) -> str:
    """The cure for a character that is no sign of a formula: the whole of it in plain signs, where these are known."""
    if unicodedata.category(character) == "Cc" or character in "#\\":
        return "leave it out"
    plain = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+", lambda found: "**" + found[0].translate(RAISED), text)
    plain = "".join(GLYPHS.get(each, each) for each in unicodedata.normalize("NFC", plain))
    plain = "".join(
        ""
        if unicodedata.category(each) == "Cf"
        else " "
        if each.isspace()
        else str(unicodedata.digit(each))
        if each.isdigit()
        else each
        for each in plain
    )
    if plain.isascii() and plain.isprintable() and plain.strip() and len(plain) <= MOST and not set(plain) & set("#\\"):
        return f"write {' '.join(plain.split())}"
    if character == "√":
        return "write sqrt(...)"
    if unicodedata.category(character) == "Cf":
        return "leave it out"
    return f"write {GLYPHS[character]} for it" if GLYPHS.get(character) else "use plain letters, digits and signs"


def _size(tree: ast.expr) -> tuple[int, int]:
    """Parts and levels of the tree; the terms of one sum, or the factors of one product, are on one level."""
    count, deepest, left = 0, 0, [(tree, 1)]
    while left:
        node, depth = left.pop()
        count, deepest = count + 1, max(deepest, depth)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                left.append((child, depth + (_chain(node) is None or _chain(node) != _chain(child))))
    return count, deepest


def _chain(node: ast.AST) -> type | None:
    """ast.Add for a sum or difference, ast.Mult for a product or quotient, else None."""
    if not isinstance(node, ast.BinOp):
        return None
    return {ast.Add: ast.Add, ast.Sub: ast.Add, ast.Mult: ast.Mult, ast.Div: ast.Mult}.get(type(node.op))


def _syntax(line: str, error: Exception) -> str:
    if "too many nested" in str(error):
        return f"the formula is nested too deeply; at most {DEPTH} levels are read"
    if "integer string conversion" in str(error):
        return "a number in the formula has too many digits; write it like 1.5e3"
    if "leading zeros" in str(error):
        return "a number in the formula starts with 0; leave the 0 out"
    words = re.findall(rf"(?<![{KEYWORD}a-zA-Z])[a-zA-Z]+", line)
    word = next(filter(keyword.iskeyword, words), None)
    if word:
        return f"{word} has no place in a formula; give it a value in parameters, or {ALLOWED}"
    if "|" in line:
        whole = cut(re.sub(r"\|([^|]*)\|", r"abs(\1)", line))
        return f"| has no place in a formula; write abs(x) for |x|{f': {whole}' if '|' not in whole else ''}"
    missing = re.search(r"\)\s*[\w(]\w*|(?<![\w.])(?:\d+\.?\d*|\.\d+)\s*[a-zA-Z_(]\w*|\w+\s+\w+", line)
    if missing:
        return f"{cut(missing[0])!r} cannot be read; a product needs its sign, as in 2*x"
    if line.count("(") != line.count(")"):
        which = "( is not closed" if line.count("(") > line.count(")") else ") was never opened"
        return f"a {which}; count the brackets"
    if re.search(r"(?<![=<>!:])=(?!=)", line):
        return "the formula has an =; write only the right-hand side"
    if re.search(r"[\"'`]", line):
        return f"text in quotes has no place in a formula; {ALLOWED}"
    place = min((getattr(error, "offset", None) or 1) - 1, len(line) - 1)
    return f"cannot be read near {cut(line[max(0, place - 8) : place + 8])!r}; {ALLOWED}"
