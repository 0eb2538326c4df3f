"""The safe reader of formulas: what it reads, what it refuses and in which words."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import numpy as np
import pytest

from thalweg.calculus import ExpressionError, from_expression


@pytest.mark.parametrize(
    ("text", "value"),
    [  # at x = 0.5, y = -2
        ("x + y*3", -5.5),
        ("x - -y", -1.5),
        ("+x / y", -0.25),
        ("-x**2", -0.25),
        ("2**-1*x", 0.25),
        ("x**y", 4.0),
        ("e**x", math.exp(0.5)),
        ("log(e)*x", 0.5),
        ("sin(pi*x)", 1.0),
        ("min(x, y)", -2.0),
        ("max(x, y, 7)", 7.0),
        ("abs(y) + sign(y)", 1.0),
        ("sqrt(x*2)", 1.0),
        ("x**0.5", math.sqrt(0.5)),
        ("acos(x) + asin(x)", math.pi / 2),
        ("atan(y) + tan(x)", math.atan(-2) + math.tan(0.5)),
        ("sinh(x)*cosh(y) - tanh(y)", math.sinh(0.5) * math.cosh(2) + math.tanh(2)),
        ("1e-3*x", 5e-4),
        ("5", 5.0),
        ("x - x", 0.0),
        (" x +\n  y ", -1.5),
        ("a*x + b1*y", 4.0 - 1.0),
        ("+".join(["x"] * 200), 100.0),
        ("*".join(["y"] * 10), 1024.0),
        ("y**3", -8.0),
        ("(x*y)**-3", -1.0),
        ("(y**2)**0.25", math.sqrt(2)),
        ("x**2.5", 0.5**2.5),
    ],
)
def test_reads(text: str, value: float) -> None:
    surface = from_expression(text, {"a": 8, "b1": 0.5})
    assert surface.value([0.5, -2.0]) == pytest.approx(value, rel=1e-14)
    assert surface.name == "" and surface.expression == " ".join(text.split())
    assert surface.parameters == {"a": 8.0, "b1": 0.5}


@pytest.mark.parametrize(
    ("text", "at", "value", "slope"),
    [
        ("(1000*x)**120", 1e-3, 1.0, 1.2e5),
        ("(1000*x)**120", -1.001e-3, 1.001**120, -1.2e5 * 1.001**119),
        ("(1000*x)**-120", 1e-3, 1.0, -1.2e5),
        ("(x/1000)**120", 1000.0, 1.0, 0.12),
        ("(1e-3*x)**120.5", 1e3, 1.0, 0.1205),
        ("(-1000*x)**121", 1e-3, -1.0, -1.21e5),
        ("((1e100*x)**3)**3", 1e-100, 1.0, 9e100),
        ("(1e200*x)**2", 1e-200, 1.0, 2e200),
    ],
)
def test_powers_whose_factor_no_double_holds(text: str, at: float, value: float, slope: float) -> None:
    surface = from_expression(text)
    assert surface.value([at, 0.0]) == pytest.approx(value, rel=1e-11)
    assert surface.gradient([at, 0.0])[0] == pytest.approx(slope, rel=1e-11)


@pytest.mark.parametrize("name", ["min", "max"])
@pytest.mark.parametrize("count", [2, 3, 7, 150])
def test_least_and_greatest_of_many(name: str, count: int) -> None:
    terms = [(math.cos(k), math.sin(3 * k), k % 5 - k / 100) for k in range(count)]
    text = f"{name}({', '.join(f'{a:.9f}*x + {b:.9f}*y + {c:.9f}' for a, b, c in terms)})"
    if count == 150:  # as many as a formula may have parts for
        text, terms = f"{name}({', '.join(f'x-{k}' for k in range(150))})", [(1.0, 0.0, -k) for k in range(150)]
    points = np.random.default_rng(0).uniform(-3, 3, (50, 2))
    planes = np.round(points @ np.array([t[:2] for t in terms]).T + [t[2] for t in terms], 12)
    chosen = planes.argmin(axis=1) if name == "min" else planes.argmax(axis=1)
    surface = from_expression(text)
    assert surface.value(points) == pytest.approx(planes[np.arange(50), chosen], abs=1e-8)
    assert surface.gradient(points) == pytest.approx(np.array([terms[k][:2] for k in chosen]), abs=1e-8)
    assert (surface.hessian(points) == 0).all()


REFUSED = {  # text: words of its message
    "": "empty",
    " ": "empty",
    "x^2": "write **",
    "x^2 + 1": "write **",
    "2x": "a product needs its sign",
    "2 x": "a product needs its sign",
    "2(x + 1)": "a product needs its sign",
    "x(y)": "a product needs its sign",
    "(x + 1)(y + 1)": "a product needs its sign",
    "(x + 1)x": "a product needs its sign",
    "x y": "needs its sign",
    "3.5exp(x)": "a product needs its sign",
    "x²": "write x**2",
    "π*x": "write pi*x",
    "x·y": "write x*y",
    "x − y": "write x - y",
    "x⁻¹⁰ × ３·y²⁺¹": "write x**-10 * 3*y**2+1",
    "x\u00a0+\u200b y": "write x + y",
    "√x": "sqrt(...)",
    "x^2 + 3*y^4": "x**2 + 3*y**4",
    "λ*x": "use plain letters",
    "½*x": "write (1/2)*x",
    "1e200*x*1e200": "1.00E+400",
    "1e-200*x*1e-200": "1.00E-400, which is too small",
    "1e308*x + 1e308*x": "too large",
    "ln(x)": "use log",
    "Exp(x)": "did you mean exp?",
    "sine(x)": "did you mean sin?",
    "q*x": "give it a value",
    "X**2": "did you mean x?",
    "arctan(x)": "use atan",
    "np.exp(x)": "write exp",
    "exp*x": "exp(x)",
    "exp()": "one value, not 0",
    "exp(x, y)": "one value, not 2",
    "min(x)": "two values or more",
    "log(x, 2)": "one value",
    "log(-1)*x": "not a real number",
    "sqrt(-1)": "not a real number",
    "(-1)**0.5": "not a real number",
    "asin(2) + x": "not a real number",
    "1/0": "divides by zero",
    "x/0": "divides by zero",
    "0**-1": "divides by zero",
    "x/(x - x)": "divides by zero",
    "1e999": "too large",
    "exp(1000)": "too large",
    "9**9**9**9": "too large",
    "9" * 3000: "too large",
    "x**10**9": "exponent",
    "x**1000000000": "exponent",
    "x**-2000": "exponent",
    "(((x**99)**99)**99)**99": "exponent",
    "*".join(["x**900"] * 2): "multiply up",
    "factorial(9)": "unknown name",
    "1j*x": "complex",
    "True": "True",
    "None": "None",
    "...": "no place",
    "'text'": "quotes",
    '"x"': "quotes",
    "f'{x}'": "quotes",
    "b'x'": "quotes",
    "x.real": "dot",
    "x[0]": "square bracket",
    "[x, y]": "square bracket",
    "{x}": "curly",
    "{x: y}": "curly",
    "x, y": "comma",
    "()": "comma",
    "lambda: x": "lambda",
    "x < y": "comparison",
    "x == y": "comparison",
    "x and y": "and/or",
    "not x": "not",
    "x if y else 1": "if ... else",
    "(x := 3)": ":=",
    "[x for y in x]": "loop",
    "max(x for y in x)": "two values",
    "exp(*x)": "plain values",
    "exp(**x)": "plain values",
    "exp(x=1)": "plain values",
    "x // 2": "//",
    "x % 2": "%",
    "x @ y": "@",
    "x | y": "|",
    "~x": "~",
    "x << 2": "<<",
    "z = x": "right-hand side",
    "x; y": "cannot be read",
    "x # why": "'#'",
    "x\\\n+ y": "no meaning",
    "x\0": "no meaning",
    "import os": "import",
    "yield x": "yield",
    "await x": "await",
    "print(x)": "unknown name",
    "x**": "cannot be read",
    "(x": "not closed",
    "x)": "never opened",
    ")(": "cannot be read",
    "010*x": "starts with 0",
    "0x10": "decimal",
    "1_000": "decimal",
    "x$y": "cannot be read",
    "(" * 1000 + "x" + ")" * 1000: "nested",
    "-" * 3000 + "x": "at most",
    "+".join(["x"] * 1000): "at most",
    "exp(" * 100 + "x" + ")" * 100: "nested",
    "x" * 5000: "characters",
    "**".join(["x"] * 300): "nested",
    "__import__('os').system('echo ran')": "dot",
    "__import__('os')": "unknown name",
    "eval('x')": "unknown name",
    "().__class__.__bases__[0].__subclasses__()": "dot",
    "exp.__globals__": "dot",
    "open('/etc/passwd').read()": "dot",
}
DEEP_BUT_FINE = "(" * 150 + "x" + ")" * 150  # brackets alone make no level; Python reads up to 200 of them


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:30] or "none")
def test_refuses(text: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(ExpressionError) as caught:
        from_expression(text)
    message = str(caught.value)
    assert REFUSED[text] in message
    assert "\n" not in message and len(message) < 250
    assert time.perf_counter() - begin < 30


def test_brackets_alone_are_no_depth() -> None:
    assert from_expression(DEEP_BUT_FINE).value([3.0, 0.0]) == 3


def test_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "system", lambda command: (tmp_path / "ran").touch())
    victim = tmp_path / "ran"
    for text in (
        "__import__('os').system('x')",
        f"open({str(victim)!r}, 'w')",
        "exec('import os; os.system(1)')",
        "[c for c in ().__class__.__base__.__subclasses__()]",
        "x.__init__.__globals__['os'].system('x')",
        "(lambda: __import__('os').system('x'))()",
        "getattr(x, 'diff')(x)",
        "breakpoint()",
        "exit()",
    ):
        with pytest.raises(ExpressionError):
            from_expression(text)
    assert not victim.exists()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"x": 1}, "own meaning"),
        ({"e": 1}, "own meaning"),
        ({"pi": 3}, "own meaning"),
        ({"exp": 1}, "own meaning"),
        ({"2a": 1}, "not a name"),
        ({"a b": 1}, "not a name"),
        ({"a-b": 1}, "not a name"),
        ({"": 1}, "not a name"),
        ({1: 1}, "not a name"),
        ({"α": 1}, "not a name"),
        ({"a": "1"}, "must be a number"),
        ({"a": True}, "must be a number"),
        ({"a": None}, "must be a number"),
        ({"a": math.nan}, "finite"),
        ({"a": math.inf}, "finite"),
        ({"a": 10**400}, "finite"),
    ],
)
def test_refuses_parameters(parameters: dict, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        from_expression("x", parameters)


@pytest.mark.parametrize(
    ("text", "point", "gradient"),
    [  # derivatives at kinks are those almost everywhere
        ("x**2 + 0.3*abs(y)", (0.5, 0.0), (1.0, 0.0)),
        ("abs(x)", (-2.0, 0.0), (-1.0, 0.0)),
        ("max(x, y)", (1.0, 1.0), (0.5, 0.5)),
        ("min(x, 2*y)", (1.0, 3.0), (1.0, 0.0)),
        ("sign(x) + y", (0.0, 0.0), (0.0, 1.0)),
        ("sqrt(x**2 + y**2)", (0.0, 0.0), (0.0, 0.0)),
        ("sqrt(x**2 + y**2)", (3.0, -4.0), (0.6, -0.8)),
        ("abs(x)*abs(y)", (0.0, 2.0), (0.0, 0.0)),
        ("x**y", (0.0, 1.0), (1.0, 0.0)),
        ("3*y + 5", (7.0, 7.0), (0.0, 3.0)),
        ("abs(abs(x) - 1)", (0.5, 0.0), (-1.0, 0.0)),
        ("abs(x)**1.5", (0.0, 0.0), (0.0, 0.0)),
    ],
)
def test_kinks(text: str, point: tuple, gradient: tuple) -> None:
    surface = from_expression(text)
    np.testing.assert_allclose(surface.gradient(point), gradient, rtol=1e-15)
    assert surface.hessian([point] * 3).shape == (3, 2, 2)


def test_what_is_infinite_stays_so() -> None:
    assert from_expression("sqrt(x)").gradient((0.0, 0.0))[0] == math.inf
    assert np.isnan(from_expression("log(x)").value((-1.0, 0.0)))
    assert np.isnan(from_expression("sqrt(x)**2").value((-1.0, 0.0)))  # a hole, not a line made whole by algebra


def test_entries_are_broadcast() -> None:
    surface, points = from_expression("x**2 + 3*y"), np.zeros((4, 5, 2))
    assert surface.gradient(points).shape == (4, 5, 2) and (surface.gradient(points)[..., 1] == 3).all()
    assert from_expression("7").hessian(points).shape == (4, 5, 2, 2)


def test_start_and_domain() -> None:
    surface = from_expression("x*y", domain=((0, 10), (-10, 10)))
    assert surface.start == pytest.approx((1.5, 7.0))
    assert from_expression("x", start=(1, 2)).start == (1.0, 2.0)
    with pytest.raises(ValueError, match="outside"):
        from_expression("x", start=(9, 9))
    with pytest.raises(ValueError, match="no extent"):
        from_expression("x", domain=((1, 0), (0, 1)))


@pytest.mark.parametrize(
    "text",
    [  # the worst that is let through must still be quick
        "*".join(f"sin({k}*x + y)" for k in range(1, 60)),
        "sin(" * 50 + "x*y" + ")" * 50,
        "**".join(["x"] * 50),
        "max(" + ",".join(f"x - {k}*y" for k in range(1, 100)) + ")",
        "1/(x + " * 28 + "y" + ")" * 28,
        "(x + " * 9 + "y" + ")**2" * 9,
        "sqrt(1 + " * 28 + "x*y" + ")" * 28,
        "abs(x - " * 28 + "y" + ")" * 28,
        "+".join(f"sin(x*{k} + cos(y*{k}))*exp(x/{k})" for k in range(1, 40)),
        "exp(exp(exp(exp(x))))",
    ],
    ids=lambda text: text[:20],
)
def test_hard_formulas_are_quick(text: str) -> None:
    begin = time.perf_counter()
    surface = from_expression(text)
    result = surface.value((0.5, 0.25)), surface.gradient((0.5, 0.25)), surface.hessian((0.5, 0.25)), surface.minima
    assert len(result) == 4 and time.perf_counter() - begin < 60
