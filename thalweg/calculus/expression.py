"""The safe reader of formulas: text from a stranger becomes a sympy expression, and nothing in it is ever run.

Python's own parser makes a tree of the text; the tree is walked here, and only the nodes of `_Reader` are understood.
Length, depth, count of operations, exponents and the sizes of numbers are bounded before sympy sees anything, parts
made of numbers alone are computed in double precision, so no text takes long or much memory.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from thalweg.calculus.base import Domain, Point, Surface
from thalweg.calculus.foreign_names import KEYWORD, RENAMED, WRITTEN, cut, plainly, written
from thalweg.calculus.text import ALLOWED, CONSTANTS, FUNCTIONS, POWER, ExpressionError, check_parameters, parse

Symbolic = Any
MEANINGS = {  # what else the parser knows, in the user's words
    "Attribute": "a dot after a name",
    "Subscript": "a square bracket",
    "List": "a square bracket",
    "Dict": "a curly bracket",
    "Set": "a curly bracket",
    "Tuple": "a comma between values",
    "Lambda": "lambda",
    "Compare": "a comparison",
    "BoolOp": "and/or",
    "IfExp": "if ... else",
    "NamedExpr": ":=",
    "JoinedStr": "text in quotes",
    "TemplateStr": "text in quotes",
    "Starred": "a star before a value",
    "ListComp": "a loop",
    "SetComp": "a loop",
    "DictComp": "a loop",
    "GeneratorExp": "a loop",
    "Await": "await",
    "Yield": "yield",
    "YieldFrom": "yield",
}
SIGNS_READ: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
NO_COLUMNS: Mapping[str, Symbolic] = MappingProxyType({})
SEVERAL = ("min", "max")  # functions of two values or more; the others take one
OTHER = "leave it out, or write another number there"
REAL = {
    "sqrt": "sqrt takes numbers from 0 up",
    "log": "log takes numbers above 0",
    "**": "a number below 0 takes whole exponents",
    **dict.fromkeys(("asin", "acos"), "asin and acos take numbers from -1 to 1"),
}
SIGNS = {
    "Mod": "%",
    "FloorDiv": "//",
    "MatMult": "@",
    "LShift": "<<",
    "RShift": ">>",
    "BitOr": "|",
    "BitAnd": "&",
    "Invert": "~",
    "Not": "not",
}


def read(
    text: str, parameters: Mapping[str, float], x: Symbolic, y: Symbolic, columns: Mapping[str, Symbolic] = NO_COLUMNS
) -> Symbolic:
    """The formula as a sympy expression in the symbols x and y, and those that stand for columns of data. Raises
    ExpressionError.
    """
    numbers = {**check_parameters(parameters), **columns}
    tree, line = parse(text, numbers)
    marked = {KEYWORD + name if keyword.iskeyword(name) else name: value for name, value in numbers.items()}
    result, _ = _Reader({"x": x, "y": y, **CONSTANTS, **marked}, tree, line).read(tree)
    if isinstance(result, float):
        from thalweg.calculus.functions import number

        return number(result)
    import sympy

    if result.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I):
        raise ExpressionError(f"the formula divides by zero or has no real value anywhere; {OTHER}")
    for value in result.atoms(sympy.Number):
        check_double(value)
    return result


def check_double(value: Symbolic) -> None:
    """Raises ExpressionError for a number that factors of the formula multiply up to and that no double holds."""
    try:
        double = float(value)
    except OverflowError:
        double = math.inf
    if math.isinf(double) or (double == 0 and value != 0):
        import sympy

        size = "large" if double else "small"
        raise ExpressionError(
            f"numbers in the formula multiply up to {sympy.Float(value, 3)}, which is too {size}; "
            "keep what they multiply up to between 1e-300 and 1e300"
        )


class _Reader:
    """Walks the tree. Every part is (float or sympy expression, degree); the degree bounds what powers may pile up."""

    def __init__(self, names: Mapping[str, Any], whole: ast.expr, text: str) -> None:
        from thalweg.calculus import functions as _functions

        self.whole, self.text = whole, text
        self.names, self.functions, self.number = names, _functions, _functions.number

    def read(self, node: ast.expr) -> tuple[Any, float]:
        method = getattr(self, "read_" + type(node).__name__, None)
        if method is None:
            meaning = MEANINGS.get(type(node).__name__, f"'{type(node).__name__}'")
            hint = self._after_dot(node) if isinstance(node, ast.Attribute) else ALLOWED
            raise ExpressionError(f"{meaning} has no place in a formula; {hint}")
        result: tuple[Any, float] = method(node)
        return result

    def _after_dot(self, node: ast.Attribute, call: ast.Call | None = None) -> str:
        name = RENAMED.get(node.attr, node.attr)
        if name != node.attr:
            return f"write {name} for {self.part(node)}"
        if name in FUNCTIONS or name in CONSTANTS:
            return f"write {name}, without what stands before it"
        return (written(name, call, self.whole) if call else "") or ALLOWED

    def part(self, node: ast.AST) -> str:
        """A part of the formula as it is written, cut where it is long."""
        return cut(ast.get_source_segment(self.text, node) or plainly(node))

    def instead(self, sign: str, right: str) -> str:
        """The formula as it would be right, where it is short."""
        return f": {cut(self.text).replace(sign, right)}" if len(self.text) <= 60 else ""

    def symbolic(self, value: Any) -> Symbolic:
        return self.number(value) if isinstance(value, float) else value

    def read_Constant(self, node: ast.Constant) -> tuple[Any, float]:
        value = node.value
        if isinstance(value, complex):
            raise ExpressionError(f"{self.part(node)} is a complex number, and a formula is real; leave out the j")
        if isinstance(value, (bool, type(None), type(...))):
            raise ExpressionError(f"{'...' if value is ... else value} has no place in a formula; {ALLOWED}")
        if not isinstance(value, (int, float)):
            raise ExpressionError(f"text in quotes has no place in a formula; {ALLOWED}")
        return self._finite(lambda: float(value), node), 1

    def read_Name(self, node: ast.Name) -> tuple[Any, float]:
        if node.id not in self.names:
            raise ExpressionError(self._unknown(node.id))
        return self.names[node.id], 1

    def _unknown(self, name: str, call: ast.Call | None = None) -> str:
        """What to say of a name, or a function, that is not known: a cure that can be followed as it stands."""
        same = RENAMED.get(name, name)
        if not call and same in FUNCTIONS:
            return f"{name} needs its argument; write {_like(same)}"
        if not call and name in WRITTEN:
            return f"{name} needs its argument; write {name}({', '.join('xy11'[: len(WRITTEN[name][0])])})"
        count = len(call.args) if call else 0
        known = (
            [one for one in FUNCTIONS if count == 1 and one not in SEVERAL or count > 1 and one in SEVERAL]
            if call
            else [one.removeprefix(KEYWORD) for one in self.names]
        )
        near = [one for one in (*known, *FUNCTIONS) if one == name.lower()] or difflib.get_close_matches(
            name[:40], known, 1, 0.6
        )
        cure = f"use {same}" if same != name else written(name, call, self.whole) if call else ""
        cure = cure or (f"did you mean {near[0]}?" if near else "")
        others = (
            f"the functions are {', '.join(FUNCTIONS)}"
            if call
            else f"give it a value in parameters, or use x, y, pi, e or {', '.join(FUNCTIONS)}"
        )
        return f"unknown name {cut(name)[:40]!r}; {cure or others}"

    def read_UnaryOp(self, node: ast.UnaryOp) -> tuple[Any, float]:
        if not isinstance(node.op, (ast.UAdd, ast.USub)):
            raise ExpressionError(f"{SIGNS[type(node.op).__name__]} has no place in a formula; {ALLOWED}")
        value, degree = self.read(node.operand)
        return (value if isinstance(node.op, ast.UAdd) else -value), degree

    def read_BinOp(self, node: ast.BinOp) -> tuple[Any, float]:
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):  # a sum of many terms is a deep tree: no recursion along it
            chain.append(chain[-1].left)
        result = self.read(chain[-1].left)
        for part in reversed(chain):
            if isinstance(part.op, ast.BitXor):
                raise ExpressionError("^ is not a power here; write **, as in x**2" + self.instead("^", "**"))
            if not isinstance(part.op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)):
                raise ExpressionError(f"{SIGNS[type(part.op).__name__]} has no place in a formula; {ALLOWED}")
            result = self._combine(part, result, self.read(part.right))
        return result

    def _combine(self, node: ast.BinOp, left: tuple[Any, float], right: tuple[Any, float]) -> tuple[Any, float]:
        (a, high), (b, low), sign = left, right, node.op
        if isinstance(sign, ast.Div) and b == 0 or isinstance(sign, ast.Pow) and a == 0 and _below_zero(b):
            raise ExpressionError(f"the formula divides by zero: {self.part(node)}; {OTHER}")
        if isinstance(sign, ast.Pow):
            return self._power(node, a, b, high)
        plain = isinstance(a, float) and isinstance(b, float)
        if not plain:
            a, b = self.symbolic(a), self.symbolic(b)
        degree = max(high, low) if isinstance(sign, (ast.Add, ast.Sub)) else high + low
        if degree > POWER:
            raise ExpressionError(
                f"the powers in the formula multiply up to more than {POWER}: {self.part(node)}; write lower exponents"
            )
        operation = SIGNS_READ[type(sign)]
        return (self._finite(lambda: operation(a, b), node), 1) if plain else (operation(a, b), degree)

    def _power(self, node: ast.BinOp, base: Any, exponent: Any, degree: float) -> tuple[Any, float]:
        if isinstance(base, float) and isinstance(exponent, float):
            return self._finite(lambda: base**exponent, node), 1
        if base == math.e and isinstance(base, float):
            return self.functions.exp(exponent), 1
        if not isinstance(exponent, float):
            return self.functions.power(self.symbolic(base), exponent), 1
        if degree * abs(exponent) > POWER:
            raise ExpressionError(
                f"the exponent {exponent:g} is too large in {self.part(node)}; powers may multiply up to {POWER}"
            )
        if exponent == 0.5:
            return self.functions.sqrt(base), 1
        factor = base.as_coeff_Mul()[0]  # (1000*x)**120: sympy makes it 1e360*x**120, which no double holds
        plain = factor == 0 or abs(exponent * math.log10(abs(factor))) < 290
        power = base ** self.number(exponent) if plain else self.functions.power(base, self.number(exponent))
        return power, max(1.0, degree * abs(exponent))

    def read_Call(self, node: ast.Call) -> tuple[Any, float]:
        if isinstance(node.func, ast.Attribute):
            raise ExpressionError(f"a dot after a name has no place in a formula; {self._after_dot(node.func, node)}")
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name is None or name in self.names:
            raise ExpressionError(
                f"{cut(name or '') or 'what stands before the bracket'} is not a function; "
                "a product needs its sign, as in 2*(x + 1)"
            )
        if name not in FUNCTIONS:
            raise ExpressionError(self._unknown(name, node))
        self._check_arguments(name, node)
        values = [self.read(argument)[0] for argument in node.args]
        if all(isinstance(value, float) for value in values):
            return self._finite(lambda: FUNCTIONS[name](*values), node), 1
        return self._apply(name, [self.symbolic(value) for value in values]), 1

    def _check_arguments(self, name: str, node: ast.Call) -> None:
        """Raises ExpressionError where a function has not as many values as it takes, or others than plain ones."""
        several, count = name in SEVERAL, len(node.args)
        plain = [each for each in node.args if not isinstance(each, ast.Starred)]
        if node.keywords or len(plain) < count:
            raise ExpressionError(f"{name} takes plain values only; write {_like(name, plain)}")
        if (count < 2) if several else (count != 1):
            if name == "log" and count == 2:
                cure = f"write (log({self.part(node.args[0])})/log({self.part(node.args[1])})) for {self.part(node)}"
            else:
                inner = plain[0].elts if count == 1 and isinstance(plain[0], (ast.List, ast.Tuple)) else plain
                cure = f"write {_like(name, inner)}"
            raise ExpressionError(
                f"{name} takes {'two values or more' if several else 'one value'}, not {count}; " + cure
            )

    def _apply(self, name: str, values: list[Symbolic]) -> Symbolic:
        function = getattr(self.functions, {"abs": "absolute", "min": "smaller", "max": "larger"}.get(name, name))
        while len(values) > 2:  # in pairs: a chain of many is deep, and its derivatives are long
            pairs = [function(*pair) for pair in zip(values[::2], values[1::2], strict=False)]
            values = pairs + values[len(values) // 2 * 2 :]
        return function(*values)

    def _finite(self, compute: Callable[[], Any], node: ast.expr) -> float:
        """A number computed from numbers; ExpressionError where Python cannot, or the result is not finite and real."""
        try:
            result = compute()
        except OverflowError:
            result = math.inf
        except ZeroDivisionError:
            raise ExpressionError(f"the formula divides by zero: {self.part(node)}; {OTHER}") from None
        except ValueError:
            result = math.nan
        if isinstance(result, complex) or math.isnan(result):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else "**"
            raise ExpressionError(
                f"a part of the formula, {self.part(node)}, is not a real number; " + REAL.get(name, OTHER)
            )
        if math.isinf(result):
            raise ExpressionError(
                f"a number in the formula is too large: {self.part(node)}; change it so that it stays below 1e300"
            )
        return float(result)


def _below_zero(value: Any) -> bool:
    return isinstance(value, float) and value < 0


def _like(name: str, given: Sequence[ast.expr] = ()) -> str:
    """A call of the function with as many values as it takes, the given ones where they fit."""
    known = [plainly(each) for each in given]
    if name not in SEVERAL:
        return f"{name}({known[0] if known and len(known[0]) <= 40 else 'x'})"
    values = known if len(known) > 1 else [*known, *(["x", "y"] if not known else ["0"])]
    text = ", ".join(values)
    return f"{name}({text if len(text) <= 50 else 'x, y'})"


@dataclass(frozen=True)
class Expression(Surface):
    """The surface of a formula given as text; made by `from_expression`."""

    text: str = "0"
    numbers: tuple[tuple[str, float], ...] = ()

    def formula(self, x: Symbolic, y: Symbolic) -> Symbolic:
        return read(self.text, dict(self.numbers), x, y)

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self.numbers)

    @property
    def expression(self) -> str:
        return " ".join(self.text.split())


def read_surface(text: str, parameters: Mapping[str, float], domain: Domain, start: Point) -> Surface:
    """See `surfaces.from_expression`."""
    return placed(Expression(text, tuple(check_parameters(parameters).items())), domain, start)


def placed(surface: Surface, domain: Domain, start: Point) -> Surface:
    """The surface of a formula over its domain. Raises ExpressionError and ValueError."""
    surface._place(domain, start)
    _ = surface.compiled  # reads the formula now, so that what is wrong with it is said here
    if all(map(math.isfinite, start)) and surface.start != tuple(map(float, start)):
        raise ValueError(f"start {start} lies outside the domain {domain}")
    return surface
