"""Text that is not YAML, explained in one line: PyYAML knows the place, the cure is guessed from what stands there."""

from __future__ import annotations

import re

import yaml

UNQUOTED_COLOUR = re.compile(r":\s+#[0-9a-fA-F]{3,8}\b")


class NotYaml(Exception):
    """The text cannot be read as one YAML document: the line (from 1), what is wrong, the cure."""

    def __init__(self, line: int, what: str, cure: str) -> None:
        super().__init__(what)
        self.line, self.what, self.cure = line, what, cure


def explained(text: str, error: yaml.MarkedYAMLError) -> NotYaml:
    """What to tell the user about PyYAML's error."""
    mark, opened = error.problem_mark or error.context_mark, error.context_mark
    problem = error.problem or error.context or "cannot be read"
    if mark is None:
        return NotYaml(1, f"not YAML: {problem}", "")
    lines = text.splitlines()
    line = mark.line + 1
    if opened is not None and not "\n".join(lines[mark.line :]).strip():
        line = opened.line + 1  # nothing is left: name the line where the bracket or quote opened
    here = lines[line - 1] if line <= len(lines) else ""
    colour = next((n for n, each in enumerate(lines, 1) if UNQUOTED_COLOUR.search(each)), line + 1)
    cure = "look for a missing quote, bracket or indent"
    if "\t" in here[: len(here) - len(here.lstrip())] or "'\\t'" in problem:
        cure = "indent with spaces, not tabs"
    elif colour <= line:
        line, cure = colour, 'quote colours that start with #, like "#FF8800"'
    elif "mapping values are not allowed" in problem:
        cure = "quote text that holds ': ', or mend the indent"
    elif "cannot start any token" in problem:
        cure = "put the text in quotes"
    context = f" {error.context}" if error.context and error.context != problem else ""
    if opened is not None and opened.line + 1 < line:
        context += f" that opens in line {opened.line + 1}"
    return NotYaml(line, f"not YAML: {problem}{context}", cure)
