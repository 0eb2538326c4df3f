r"""A rule as it is shown: each line as mathtext (without the $), with its letters or with the numbers of one weight.

`m \leftarrow \beta_1\, m + (1 - \beta_1)\, \nabla f(w)` is a line whose name is carried to the next step; one that
lives for this step alone has `=`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from thalweg.engine.rule.nodes import ASKED, WEIGHTS, Before, Call, Line, Name, Node, Number, Rule, Sign

GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi pi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
).split()
SYMBOLS = {  # the field's letters of hyperparameters
    "lr": r"\eta",
    "eps": r"\epsilon",
    "weight_decay": r"\lambda",
    "lambda": r"\lambda",
    "momentum": r"\mu",
    "dampening": r"\tau",
}
ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde"}
SUM, PRODUCT, POWER, LEAF = 1, 2, 3, 4  # how strongly a sign binds
BINDS = {"or": -2, "and": -1, **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 0), "+": SUM, "-": SUM, "*": PRODUCT}
BINDS |= {"/": LEAF, "**": POWER}
COMPARED = {
    "<=": r"\leq",
    ">=": r"\geq",
    "==": "=",
    "!=": r"\neq",
    "and": r"\mathrm{\ and\ }",
    "or": r"\mathrm{\ or\ }",
}

Shown = Callable[[Node], str | None]  # what stands for a node: a number, or None for its letters


def symbol(name: str, symbols: Mapping[str, str] | None = None) -> str:
    """The letters of a name: `beta1` is a beta with index 1, `m_hat` and `mhat` an m with a hat, `lr` an eta."""
    known = {**SYMBOLS, **(symbols or {})}
    if name in known:
        return known[name]
    for word, accent in ACCENTS.items():
        base = name.removesuffix(word)
        base, apart = base.removesuffix("_"), base.endswith("_")
        if base != name and (len(base) == 1 and (apart or name != "what") or base in GREEK or base in known):
            return f"{accent}{{{symbol(base, symbols)}}}"
    if indexed := re.fullmatch(r"([a-zA-Z]+?)_?(\d+)", name):
        index = indexed[2]
        return f"{_letters(indexed[1], known)}_{index if len(index) == 1 else f'{{{index}}}'}"
    base, _, index = name.partition("_")
    if index and base:
        if len(index) > 1 and len(base) > 1 and base not in GREEK and base not in known:
            return _letters(name, known)
        below = symbol(index, symbols) if len(index) == 1 else r"\mathrm{" + index.replace("_", r"\,") + "}"
        return f"{_letters(base, known)}_{{{below}}}"
    return _letters(name, known)


def _letters(word: str, known: Mapping[str, str]) -> str:
    if word in known:
        return known[word]
    if word in GREEK:
        return "\\" + word
    return word if len(word) == 1 else rf"\mathrm{{{word}}}".replace("_", r"\ ")


def line_mathtext(
    rule: Rule, line: Line, symbols: Mapping[str, str] | None = None, shown: Shown = lambda node: None
) -> str:
    """A line with its letters, or with what `shown` gives in the place of some."""
    kept = line.name == WEIGHTS or line.name in rule.state
    arrow = r"\leftarrow" if kept else "="
    return f"{symbol(line.name, symbols)} {arrow} {tex(line.value, symbols, shown)}"


def tex(node: Node, symbols: Mapping[str, str] | None = None, shown: Shown = lambda node: None) -> str:
    """The mathtext of a value; `shown` may give what stands for a name or a call, such as its number now."""
    return _Writer(symbols, shown).write(node, -3)


class _Writer:
    def __init__(self, symbols: Mapping[str, str] | None, shown: Shown) -> None:
        self.symbols, self.shown = symbols, shown

    def write(self, node: Node, outside: int) -> str:
        """A node that stands where signs bind as strongly as `outside`."""
        given = self.shown(node)
        if given is not None:
            loose = given.startswith("-") and outside > SUM or "^" in given and outside > LEAF
            return f"({given})" if loose else given
        match node:
            case Number(_, text):
                return _number(text)
            case Name(name):
                return symbol(name, self.symbols)
            case Before("-", value):
                text = "-" + self.write(value, PRODUCT)
                return f"({text})" if outside > SUM else text
            case Before(_, value):
                return rf"\mathrm{{not}}\ {self.write(value, LEAF)}"
            case Call(name, values):
                return self.call(name, values, outside)
            case Sign(sign, left, right):
                return self.signed(sign, left, right, outside)
        raise TypeError(node)

    def signed(self, sign: str, left: Node, right: Node, outside: int) -> str:
        binds = BINDS[sign]
        if sign == "/":
            text = rf"\frac{{{self.write(left, -3)}}}{{{self.write(right, -3)}}}"
            return rf"\left({text}\right)" if outside > LEAF else text
        if sign == "**":
            base, above = self.write(left, LEAF + 1), self.write(right, -3)
            return f"{base}^{above if len(above) == 1 else f'{{{above}}}'}"
        if sign == "*":
            text = self.product(left, right)
        elif sign in "+-" and isinstance(right, Before) and right.sign == "-":  # w + -a is w - a
            text = (
                f"{self.write(left, SUM)} {'-' if sign == '+' else '+'} {self.write(right.value, SUM + (sign == '+'))}"
            )
        elif sign in "+-":
            added = self.write(right, SUM + (sign == "-"))
            text = f"{self.write(left, SUM)} {sign} {f'({added})' if added.startswith('-') else added}"
        else:
            text = f"{self.write(left, binds)} {COMPARED.get(sign, sign)} {self.write(right, binds + 1)}"
        return f"({text})" if binds < outside else text

    def product(self, left: Node, right: Node) -> str:
        a, b = self.write(left, PRODUCT), self.write(right, PRODUCT + 1 if self.is_product(right) else PRODUCT)
        apart = a[-1:].isdigit() and _starts_with_digit(b) or b[:1].isdigit() or b.startswith("(-")
        return rf"{a} \cdot {b}" if apart else rf"{a}\, {b}"

    def is_product(self, node: Node) -> bool:
        return isinstance(node, Sign) and node.sign == "*"

    def call(self, name: str, values: tuple[Node, ...], outside: int) -> str:
        inside = [self.write(value, -3) for value in values]
        if name == "where":
            text = rf"{inside[1]}\ \mathrm{{if}}\ {inside[0]}\ \mathrm{{else}}\ {inside[2]}"
            return rf"({text})" if outside > -3 else text
        first = inside[0]
        frame = {
            "sqrt": rf"\sqrt{{{first}}}",
            "abs": rf"\left|{first}\right|",
            "norm": rf"\left\Vert {first}\right\Vert",
            "exp": rf"e^{{{first}}}",
            "grad": rf"\nabla f({first})",
            "hess_diag": rf"\mathrm{{diag}}\, \nabla^2 f({first})",
            "loss": rf"f({first})",
        }.get(name)
        if name == "dot":
            text = rf"{self.write(values[0], PRODUCT)} \cdot {self.write(values[1], PRODUCT)}"
            return f"({text})" if outside > SUM else text
        if frame is not None:
            return rf"({frame})" if outside > LEAF and name in ("exp", *ASKED) else frame
        word = rf"\{name}" if name in ("min", "max", "log") else rf"\mathrm{{{name}}}"
        text = rf"{word}({', '.join(inside)})"
        return text if outside <= LEAF else f"({text})"


def _starts_with_digit(text: str) -> bool:
    return text.lstrip("({")[:1].isdigit() or text.startswith(r"\frac{") and text[6:7].isdigit()


def four_digits(value: float) -> str:
    """A number as mathtext, four digits of it."""
    if not math.isfinite(value):
        return r"\mathrm{nan}" if math.isnan(value) else r"\infty" if value > 0 else r"-\infty"
    return _number(f"{value:.4g}")


def _number(text: str) -> str:
    """A number as written: 1e-8 is a power of ten."""
    mantissa, e, exponent = text.lower().partition("e")
    if not e:
        return text
    power = rf"10^{{{int(exponent)}}}"
    if abs(float(mantissa)) == 1:
        return mantissa[: mantissa.startswith("-")] + power
    return rf"{mantissa} \cdot {power}"
