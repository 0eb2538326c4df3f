"""What other tools call functions that a formula has under another name, or writes out: the words for what would do."""

from __future__ import annotations

import ast
from collections.abc import Mapping

RENAMED = {
    "ln": "log",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "fabs": "abs",
    "absolute": "abs",
    "minimum": "min",
    "maximum": "max",
    "fmin": "min",
    "fmax": "max",
    "sgn": "sign",
    "signum": "sign",
    "tg": "tan",
    "sh": "sinh",
    "ch": "cosh",
    "th": "tanh",
    "arctg": "atan",
}
WRITTEN = {  # name -> its arguments and what is the same in the functions of a formula
    "pow": ("ab", "a**b"),
    "power": ("ab", "a**b"),
    "square": ("a", "a**2"),
    "sqr": ("a", "a**2"),
    "cube": ("a", "a**3"),
    "cbrt": ("a", "sign(a)*abs(a)**(1/3)"),
    "hypot": ("ab", "sqrt(a**2 + b**2)"),
    "norm": ("ab", "sqrt(a**2 + b**2)"),
    "log10": ("a", "log(a)/log(10)"),
    "lg": ("a", "log(a)/log(10)"),
    "log2": ("a", "log(a)/log(2)"),
    "ld": ("a", "log(a)/log(2)"),
    "log1p": ("a", "log(1 + a)"),
    "exp2": ("a", "2**a"),
    "expm1": ("a", "exp(a) - 1"),
    "rsqrt": ("a", "1/sqrt(a)"),
    "reciprocal": ("a", "1/a"),
    "relu": ("a", "max(a, 0)"),
    "relu6": ("a", "min(max(a, 0), 6)"),
    "leaky_relu": ("a", "max(a, 0.01*a)"),
    "elu": ("a", "max(a, 0) + exp(min(a, 0)) - 1"),
    "softplus": ("a", "max(a, 0) + log(1 + exp(-abs(a)))"),
    "sigmoid": ("a", "1/(1 + exp(-a))"),
    "expit": ("a", "1/(1 + exp(-a))"),
    "logistic": ("a", "1/(1 + exp(-a))"),
    "logit": ("a", "log(a/(1 - a))"),
    "silu": ("a", "a/(1 + exp(-a))"),
    "swish": ("a", "a/(1 + exp(-a))"),
    "softsign": ("a", "a/(1 + abs(a))"),
    "clip": ("abc", "min(max(a, b), c)"),
    "clamp": ("abc", "min(max(a, b), c)"),
    "heaviside": ("a", "(1 + sign(a))/2"),
    "step": ("a", "(1 + sign(a))/2"),
    "mean": ("ab", "(a + b)/2"),
    "sum": ("ab", "a + b"),
    "sec": ("a", "1/cos(a)"),
    "csc": ("a", "1/sin(a)"),
    "cot": ("a", "1/tan(a)"),
    "sech": ("a", "1/cosh(a)"),
    "csch": ("a", "1/sinh(a)"),
    "coth": ("a", "1/tanh(a)"),
    **dict.fromkeys(("asinh", "arcsinh"), ("a", "log(a + sqrt(a**2 + 1))")),
    **dict.fromkeys(("acosh", "arccosh"), ("a", "log(a + sqrt(a**2 - 1))")),
    **dict.fromkeys(("atanh", "arctanh"), ("a", "log((1 + a)/(1 - a))/2")),
    **dict.fromkeys(("atan2", "arctan2"), ("ab", "2*atan(a/(sqrt(a**2 + b**2) + b))")),
    "sinc": ("a", "sin(pi*a)/(pi*a)"),
    "radians": ("a", "a*pi/180"),
    "deg2rad": ("a", "a*pi/180"),
    "degrees": ("a", "a*180/pi"),
    "rad2deg": ("a", "a*180/pi"),
    "logaddexp": ("ab", "log(exp(a) + exp(b))"),
    "erf": ("a", "tanh(1.12838*a + 0.10277*a**3)"),
    "erfc": ("a", "1 - tanh(1.12838*a + 0.10277*a**3)"),
}
SAVE = {  # where what is written is not quite the same
    **dict.fromkeys(("atan2", "arctan2"), ", the same but for a hole where it jumps"),
    **dict.fromkeys(("erf", "erfc"), ", the same within 0.001"),
    "sinc": ", with a hole at 0",
}
JUMPS = ("floor", "ceil", "round", "rint", "trunc", "fix", "mod", "fmod", "int", "remainder")
MOST = 100  # characters of a formula, or of a part, that are told
KEYWORD = "\u03bb"  # before a keyword that is a parameter's name: no formula holds it, every parser takes it


def cut(text: str) -> str:
    """A part of a formula as a message shows it."""
    text = text.replace(KEYWORD, "")
    return text if len(text) <= 50 else text[:47] + "..."


class _Put(ast.NodeTransformer):
    """The tree with other trees in place of names, or one node in place of another."""

    def __init__(
        self, names: Mapping[str, ast.expr], node: ast.AST | None = None, other: ast.AST | None = None
    ) -> None:
        self.names, self.node, self.other = names, node, other

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.node and self.other is not None:
            return self.other
        if isinstance(node, ast.Name) and node.id in self.names:
            return self.names[node.id]
        return self.generic_visit(node)


def written(name: str, call: ast.Call, whole: ast.expr) -> str:
    """'write FORMULA', where the call of a function of another tool is known by what a formula has, else ''.

    `whole` is the formula that the call is part of; where that is long the part alone is told, in brackets.
    """
    name = name if name in WRITTEN else name.lower()
    letters, template = WRITTEN.get(name, ("", ""))
    if name in JUMPS:
        return "it jumps and is flat between, where nothing rolls; leave it out, or use sin or tanh for bends"
    if not template:
        return ""
    tree: ast.AST = ast.parse(template, mode="eval").body
    more = SAVE.get(name, "")
    given = call.args[0].elts if len(call.args) == 1 and isinstance(call.args[0], (ast.List, ast.Tuple)) else call.args
    if len(given) < len(letters) or any(isinstance(each, ast.Starred) for each in given):
        return f"write ({template}), with your own values for {' and '.join(letters)}{more}"
    tree = _Put(dict(zip(letters, given, strict=False))).visit(tree)
    full = plainly(_Put({}, call, tree).visit(whole))
    if len(full) <= MOST:
        return f"write {full}{more}"
    part = plainly(tree)
    return (
        f"write ({part if len(part) <= MOST else template}) for "
        f"{cut(plainly(call)) if len(part) <= MOST else f'{name}({chr(44).join(letters)})'}{more}"
    )


def plainly(tree: ast.AST) -> str:
    """The tree as text, powers without blanks."""
    return ast.unparse(tree).replace(" ** ", "**").replace(KEYWORD, "")
