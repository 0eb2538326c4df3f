"""What the messages about formulas and files say would be right is tried as it stands, and is right."""

from __future__ import annotations

import math
import re

import pytest

from thalweg.calculus import ExpressionError, from_expression

X, Y = 0.4, 1.3


def cure_of(text: str, parameters: dict[str, float] | None = None) -> str:
    with pytest.raises(ExpressionError) as caught:
        from_expression(text, parameters or {})
    message = str(caught.value)
    assert "; " in message and len(message) < 300
    return message.partition("; ")[2]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("log10(x) + y", math.log10(X) + Y),
        ("2/log2(x)", 2 / math.log2(X)),
        ("1 - pow(x, y)**2", 1 - (X**Y) ** 2),
        ("2*relu(x - 1)", 0.0),
        ("1/sigmoid(x)", 1 + math.exp(-X)),
        ("x*cbrt(-y)", -X * Y ** (1 / 3)),
        ("hypot(x, y)**2", X * X + Y * Y),
        ("np.square(x + y)", (X + Y) ** 2),
        ("-atan2(y, x)", -math.atan2(Y, X)),
        ("np.arctan2(y, x - 1)", math.atan2(Y, X - 1)),
        ("sinc(x)", math.sin(math.pi * X) / (math.pi * X)),
        ("log(x, 2)", math.log2(X)),
        ("max(x, y, key=1)", Y),
        ("min([x, y])", X),
        ("exp(x, y)", math.exp(X)),
        ("np.linalg.norm([x, y])", math.hypot(X, Y)),
        ("Math.Pow(x, 2)", X * X),
        ("sigmoid(x, 0)", 1 / (1 + math.exp(-X))),
        ("softplus(x)", math.log(1 + math.exp(X))),
        ("clip(x, 0, 0.25)", 0.25),
        ("asinh(x)", math.asinh(X)),
        ("acosh(y)", math.acosh(Y)),
        ("atanh(x)", math.atanh(X)),
        ("log1p(x)", math.log1p(X)),
        ("heaviside(x)", 1.0),
    ],
)
def test_functions_of_other_tools_are_written_out(text: str, value: float) -> None:
    cure = cure_of(text)
    for whole, part in re.findall(r"^write \((.*)\) for (.*)$", cure):
        cure = "write " + text.replace(part, f"({whole})")
    mended = re.fullmatch(r"write (.*?)(, (the same|with) .*)?", cure)
    assert mended and from_expression(mended[1]).value([X, Y]) == pytest.approx(value, rel=1e-12)


def test_the_error_function_is_about_right() -> None:
    mended = cure_of("erf(3*x) - y").removeprefix("write ").partition(", the same")[0]
    surface = from_expression(mended)
    assert all(abs(surface.value([k / 50, 0.0]) - math.erf(3 * k / 50)) < 1e-3 for k in range(-100, 101))


@pytest.mark.parametrize("name", ["lambda", "in", "is", "if", "as", "or", "and", "not", "def", "None"])
def test_a_word_of_python_may_be_a_parameter(name: str) -> None:
    surface = from_expression(f"{name}*x + ({name})**2*exp({name}*y) + {name}", {name: 0.5})
    assert surface.value([X, Y]) == pytest.approx(0.5 * X + 0.25 * math.exp(0.5 * Y) + 0.5, rel=1e-14)
    assert "parameters" in cure_of("lambda*x")
    assert "in parameters" not in cure_of(f"{name}*x + *", {name: 1.0})
    assert name in str(cure_of(f"{name}(x) + 1", {name: 2.0})) or "its sign" in cure_of(f"{name}(x)", {name: 2.0})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x + 9**9**9**9*x", "9**9**9"),
        ("1e308*1e308*x", "1e308*1e308"),
        ("exp(1000)*x", "exp(1000)"),
        ("x + y/0", "y/0"),
        ("(x - x)**-1 + y", "(x - x)**-1"),
        ("x*sqrt(-2)", "sqrt(-2), is"),
        ("x + log(0)", "log(0)"),
        ("(-8)**0.5*x", "(-8)**0.5"),
        ("x + 2j", "2j is a complex"),
        ("x**400*y**900", "x**400*y**900"),
    ],
)
def test_the_part_is_told(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=re.escape(words) + ".*; .+"):
        from_expression(text)


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x85"])
def test_a_control_character_is_left_out(character: str) -> None:
    assert cure_of(f"x{character}+y") == "leave it out"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("np.maximum(x, y)", "write max for np.maximum"),
        ("hypot(x)", "with your own values for a and b"),
        ("floor(x)", "leave it out"),
        ("gamma(x)", "the functions are exp"),
        ("Max(x, key=1)", "mean max?"),
        ("x # y", "leave it out"),
        ("|x| + |y|", "abs(x) + abs(y)"),
        ("max(x)", "write max(x, 0)"),
        ("max(*x)", "write max(x, y)"),
        ("ln*x", "write log(x)"),
        ("max + y", "max(x, y)"),
        ("mix(x, y)", "min"),
        ("log10 + x", "write log10(x)"),
        ("x" * 3900 + "(y)", "the functions are"),
    ],
)
def test_cures_of_formulas(text: str, words: str) -> None:
    assert words in cure_of(text)


@pytest.mark.parametrize("name", ["__x", "_", "a_2", "Beta"])
def test_names_of_the_rule_are_names(name: str) -> None:
    assert from_expression(f"{name}*x", {name: 2}).value([X, Y]) == pytest.approx(2 * X)
