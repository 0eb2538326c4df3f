"""The JSON schema (draft 2020-12) of a config, built from the registries and the dataclasses that check it.

`python -m thalweg.spec.jsonschema` writes configs/schema.json, only when it changed; --schema prints it.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from thalweg.engine.clip import Clip
from thalweg.engine.noise import NOISES
from thalweg.engine.schedules import SCHEDULES, Schedule, schedulable
from thalweg.experiment.events import EVENTS, When
from thalweg.experiment.tables import NAMED
from thalweg.film import SCENES, SceneOptions
from thalweg.film.options import KEYS
from thalweg.film.pace import Slowly, Stretch
from thalweg.film.sections import Keyframe
from thalweg.registry import BrokenMember, Registry, home
from thalweg.spec.basics import Basics, EntryBasics
from thalweg.spec.record import Every
from thalweg.spec.samples import Cap
from thalweg.spec.scene import EVERY, SECTIONS, USUAL, kinds
from thalweg.spec.schema import fields_of, holders_of, model_of
from thalweg.spec.starts import Box, Grid, Random
from thalweg.spec.sweeps import BEST, FOUND, SWEEP, VALUES, Span
from thalweg.spec.tested import HeldOut
from thalweg.spec.when import OWN

FILE = home("configs") / "schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def schema() -> Schema:
    """The whole schema. Broken members are left out."""
    from thalweg.calculus import SURFACES
    from thalweg.engine import OPTIMIZERS

    properties = {
        "title": {},
        "scene": _member(SCENES, "kind"),
        "surface": {"$ref": "#/$defs/surface"},
        "start": {"$ref": "#/$defs/start"},
        "test_surface": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/surface"}, *_rows_tested()]},
        "noise": _noise(),
        "record": {"anyOf": [{"enum": ["all", "last", None]}, _object(Every)]},
        "optimizers": {"type": "array", "minItems": 1, "items": _entries(OPTIMIZERS)},
        "plugins": {"type": ["array", "null"], "items": {"type": "string", "minLength": 1}},
        **_object(Basics)["properties"],
    }
    return {
        "$schema": DIALECT,
        "title": "Thalweg film",
        "type": "object",
        "additionalProperties": False,
        "properties": {**properties, **dict.fromkeys(SECTIONS, {})},
        "allOf": [_of_scene(kind, scene) for kind, scene in kinds()],
        "$defs": {
            "surface": {
                "anyOf": [*_member(SURFACES, "name", "parameters", **_domain())["anyOf"], _formula(), _samples()]
            },
            "box": _object(Box),
            "point": _point(),
            "start": _start(),
            "schedule": _schedule(),
            "inner": _inner(OPTIMIZERS),
            "several": several(),
            "pace": {"type": "array", "minItems": 1, "items": {"anyOf": [_object(Stretch), _slowly()]}},
            "when": _when(),
        },
    }


def _of_scene(kind: str, scene: type[SceneOptions]) -> Schema:
    """What a file of this scene must have, what it may have not, and its sections."""
    named = {
        "anyOf": [
            {"const": kind},
            {"type": "object", "properties": {"kind": {"const": kind}}, "required": [] if kind == USUAL else ["kind"]},
        ]
    }
    chosen: Schema = {"properties": {"scene": named}, **({} if kind == USUAL else {"required": ["scene"]})}
    needed = [KEYS[need][0] for need in scene.needs]
    sections = {name: _section(getattr(scene, name)) for name in SECTIONS if getattr(scene, name)}
    one = {"optimizers": {"maxItems": 1}} if "optimizer" in scene.needs else {}
    return {
        "if": chosen,
        "then": {
            "properties": {**sections, **one, **{key: False for key in EVERY if key not in scene.keys()}},
            **({"required": needed} if needed else {}),
        },
    }


def _object(cls: type[Any], extra: Schema | None = None) -> Schema:
    """A dataclass as an object: its fields with ranges and defaults, no other keys; `extra` properties besides."""
    made = model_of(cls).model_json_schema()
    properties = {name: _untitled(value) for name, value in made.get("properties", {}).items()}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {**properties, **(extra or {})},
        **({"required": made["required"]} if "required" in made else {}),
    }


def _untitled(value: Any) -> Any:
    if isinstance(value, list):
        return [_untitled(each) for each in value]
    if isinstance(value, dict):
        return {key: _untitled(each) for key, each in value.items() if not (key == "title" and isinstance(each, str))}
    return value


def _section(cls: type[Any]) -> Schema:
    moving = any(each.name == "keyframes" for each in fields(cls))
    frames = {"keyframes": {"type": ["array", "null"], "items": _object(Keyframe)}} if moving else {}
    made = {**_object(cls, frames), "type": ["object", "null"]}
    if "pace" in made["properties"]:
        word = made["properties"]["pace"]
        about = {key: word.pop(key) for key in ("default", "description") if key in word}
        made["properties"]["pace"] = {"anyOf": [word, {"$ref": "#/$defs/pace"}], **about}
    return made


def _slowly() -> Schema:
    """Slow motion around a moment."""
    return {**_object(Slowly, {"when": {"$ref": "#/$defs/when"}}), "required": ["when"]}


def _when() -> Schema:
    """A step, or an event with the words that belong to it."""
    keys = _object(When)["properties"]
    own: dict[str, list[str]] = {event: [] for event in EVENTS}
    for key, events in OWN.items():
        for event in events:
            own[event].append(key)
    forms: list[Schema] = [{"properties": {"step": keys["step"]}, "required": ["step"]}]
    for event, more in own.items():
        needed = [{"required": [key]} for key in more if getattr(When(), key) is None]
        said = {key: keys[key] for key in ("label", "ball", *more)}
        form = {"properties": {**said, "event": {"const": event}}, "required": ["label", "event"]}
        forms.append({**form, **({"oneOf": needed} if needed else {})})
    return {"anyOf": [{"type": "object", "additionalProperties": False, **form} for form in forms]}


def _working(members: Registry[Any]) -> dict[str, type[Any]]:
    found = {}
    for name in members:
        try:
            found[name] = members[name]
        except BrokenMember:
            continue
    return found


def _member(members: Registry[Any], key: str, below: str = "", **extra: Schema) -> Schema:
    """A name, or an object with the name under `key` and the parameters beside it or `below`."""
    forms: list[Schema] = [{"enum": list(_working(members))}]
    for name, cls in _working(members).items():
        own = {below: {**_object(cls), "type": ["object", "null"]}} if below else _object(cls)["properties"]
        needed = [] if members is SCENES and name == USUAL else [key]
        forms.append(
            {
                "type": "object",
                "additionalProperties": False,
                "required": needed,
                "properties": {key: {"const": name}, **own, **extra},
            }
        )
    return {"anyOf": forms}


def _formula() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["expression"],
        "properties": {
            "expression": {"type": "string", "minLength": 1, "maxLength": 2000},
            "parameters": {"type": ["object", "null"], "additionalProperties": {"type": "number"}},
            **_rows(),
            **_domain(),
        },
    }


def _rows() -> Schema:
    """The rows of a formula's data: columns, or a csv that has them."""
    column = {"type": "array", "minItems": 1, "items": {"type": "number"}}
    columns = {"type": "object", "minProperties": 1, "additionalProperties": column}
    file = {"type": "string", "minLength": 1, "description": "a csv with the columns that the formula names"}
    about = "the surface is the mean of the formula over these rows"
    digest = {"type": "string", "description": "of that csv, where no other will do"}
    return {"data": {"anyOf": [columns, file], "description": about}, "sha256": digest}


def _rows_tested() -> list[Schema]:
    """Other rows of the same surface, or some that are held out of it."""
    rows, pairs = _rows(), {"type": "array", "items": {"$ref": "#/$defs/point"}}
    other: Schema = {"type": "object", "additionalProperties": False, "required": ["data"]}
    data = {"anyOf": [*rows["data"]["anyOf"], pairs], "description": "other rows of the same surface"}
    return [{**other, "properties": {**rows, "data": data}}, _object(HeldOut)]


def _domain() -> Schema:
    """What every surface takes: its domain, the part of it that is meant, and the loss above which it is cut off."""
    return {"domain": {"$ref": "#/$defs/box"}, "crop": {"$ref": "#/$defs/box"}, **_object(Cap)["properties"]}


def _samples() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["samples"],
        "properties": {
            "samples": {"type": "string", "minLength": 1, "description": "an .npz, .npy or .csv"},
            **_domain(),
            "sha256": {"type": "string", "description": "of that file, where no other will do"},
        },
    }


def _entries(members: Registry[Any]) -> Schema:
    basics = _object(EntryBasics, {"start": {"$ref": "#/$defs/start"}, "clip": _clip()})["properties"]
    bodies = {
        name: _swept(_optimizer(cls), {**basics, "schedule": _schedules(cls)})
        for name, cls in _working(members).items()
    }
    names, text = list(bodies), {"type": "string", "minLength": 1}
    bodies["recorded"] = {**_object(EntryBasics, {"file": text, "sha256": text, **_of_csv()}), "required": ["file"]}
    bodies["rule"] = _rule(basics)
    return {
        "anyOf": [
            {"enum": names},
            {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
                "properties": bodies,
            },
        ]
    }


def several() -> Schema:
    """In place of a number: an entry for each of these, or one for the best of them."""
    number = {"type": "number"}
    ends = {"type": "object", "additionalProperties": False, "required": ["from", "to", "count"]}
    span = {**ends, "properties": {"from": number, "to": number, **_object(Span)["properties"]}}
    these = {"type": "array", "minItems": 1, "items": number}
    listed = {"type": "object", "additionalProperties": False, "required": [VALUES], "properties": {VALUES: these}}
    values = {"anyOf": [these, span, listed]}
    found = {**number, "description": "what was found: it is not looked for again"}
    one = {"type": "object", "additionalProperties": False}
    return {
        "anyOf": [
            {**one, "required": [SWEEP], "properties": {SWEEP: values}},
            {**one, "required": [BEST], "properties": {BEST: values, FOUND: found}},
        ]
    }


def _swept(body: Schema, extra: Schema) -> Schema:
    """An entry's body whose numbers, each alone or in a pair, may also be several."""
    several = {"$ref": "#/$defs/several"}

    def number(each: Schema) -> Schema:
        if each.get("type") not in ("number", "integer"):
            return each
        about: Schema = {key: each[key] for key in ("default", "description") if key in each}
        return {"anyOf": [{key: value for key, value in each.items() if key not in about}, several], **about}

    made, parts = {}, []
    for name, each in body["properties"].items():
        if "prefixItems" in each:
            parts.append(name)
            each = {**each, "prefixItems": [number(part) for part in each["prefixItems"]]}
        made[name] = number(each)
    dotted = {rf"^({'|'.join(parts)})\.[0-9]$": {"anyOf": [{"type": "number"}, several]}} if parts else {}
    return {**body, "properties": {**made, **extra}, **({"patternProperties": dotted} if dotted else {})}


def _rule_inside() -> Schema:
    """An optimizer written as its update: any other name is a number of it."""
    update = {"type": "string", "minLength": 1, "description": "assignments, one a line, as w = w - lr*grad(w)"}
    numbers = {"type": "object", "additionalProperties": {"type": "number"}}
    initial = {**numbers, "type": ["object", "null"], "description": "where what is carried from step to step starts"}
    own = {"label": {"type": "string"}, "update": update, "initial": initial}
    return {**numbers, "required": ["update"], "properties": own}


def _rule(basics: Schema) -> Schema:
    """The same as an entry, with what every entry may have."""
    inside = _rule_inside()
    schedule: Schema = {"anyOf": [{"$ref": "#/$defs/schedule"}, {"type": ["object", "null"]}]}
    own = {**inside["properties"], **basics, "schedule": schedule}
    number = {"anyOf": [{"type": "number"}, {"$ref": "#/$defs/several"}]}
    return {**inside, "properties": own, "additionalProperties": number}


def _of_csv() -> Schema:
    """What a recording says of its csv."""
    name = {"type": ["string", "number", "boolean", "null"]}
    return {
        "columns": {
            "type": ["object", "null"],
            "additionalProperties": False,
            "description": "the csv's own names, null for none",
            "properties": dict.fromkeys(NAMED, name),
        },
        "where": {
            "type": ["object", "null"],
            "additionalProperties": name,
            "description": "column: value, of the rows that count",
        },
    }


def _optimizer(cls: type[Any], extra: Schema | None = None) -> Schema:
    """Its hyperparameters; one that holds another optimizer takes a name, or a name with hyperparameters."""
    made = _object(cls, extra)
    for name in holders_of(cls):
        made["properties"][name] |= {"$ref": "#/$defs/inner"}
    return {**made, "type": ["object", "null"]}


def _inner(members: Registry[Any]) -> Schema:
    bodies = {name: _swept(_optimizer(cls), {}) for name, cls in _working(members).items()}
    names = list(bodies)
    bodies["rule"] = _rule_inside()
    return {
        "anyOf": [
            {"enum": names},
            {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
                "properties": bodies,
            },
        ]
    }


def _schedule() -> Schema:
    """A kind, an object with its parameters, or a warm-up alone."""
    forms = [{**_object(cls, {"kind": {"const": kind}})} for kind, cls in SCHEDULES.items()]
    for form in forms:
        form["required"] = ["kind", *form.get("required", [])]
    return {"anyOf": [{"enum": list(SCHEDULES)}, *forms, {**_object(Schedule), "required": ["warmup"]}]}


def _schedules(cls: type[Any]) -> Schema:
    one = {"$ref": "#/$defs/schedule"}
    return {
        "anyOf": [
            one,
            {"type": "null"},
            {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(schedulable(cls), one)},
        ]
    }


def _clip() -> Schema:
    return {"oneOf": [{"type": "null"}, *({**_object(Clip), "required": [name]} for name in fields_of(Clip))]}


def _noise() -> Schema:
    """An object of one kind, told by `kind` or by a parameter only that kind has."""
    forms: list[Schema] = [{"type": "null"}]
    for kind, cls in NOISES.items():
        made = _object(cls, {"kind": {"const": kind}})
        signs = [{"required": [name]} for name in ("kind", *fields_of(cls))]
        forms.append({**made, "anyOf": signs})
    return {"anyOf": forms}


def _point() -> Schema:
    return {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


def _start() -> Schema:
    box = {"box": {"$ref": "#/$defs/box"}}
    return {
        "anyOf": [
            {"$ref": "#/$defs/point"},
            {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/point"}},
            {**_object(Grid, box), "required": ["grid"]},
            {**_object(Random, box), "required": ["random"]},
        ]
    }


def text() -> str:
    """The schema as it is written and printed."""
    return json.dumps(schema(), indent=1, allow_nan=False) + "\n"


def main() -> None:
    made = text()
    if not FILE.exists() or FILE.read_text(encoding="utf-8") != made:
        FILE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
