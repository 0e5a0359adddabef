"""From an XLSForm to a questionnaire.

Every question that has an answer becomes an item under the form's own name for it; groups leave
their condition with each of their questions; a table of questions with one list is a grid. Of a
list, what can be answered is told from what is chosen and is no answer. What an XLSForm does not
say is left open with a comment; what a questionnaire cannot say is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from readiness.ground.errors import ConfigError
from readiness.questionnaire.items import MEANINGS
from readiness.questionnaire.text import match_key
from readiness.questionnaire.writing import (
    CHECK,
    COMMENT,
    form_name,
    item_id,
    option_code,
    option_codes,
)
from readiness.questionnaire.xlsform.expressions import (
    Atom,
    FormQuestion,
    Unsaid,
    conditions,
    read_exclusive_options,
)
from readiness.questionnaire.xlsform.sheets import (
    MEANS,
    OUTSIDE,
    SCREENS,
    SPECIFY,
    SheetRow,
    XlsForm,
    read_form,
)


def options_of(form: XlsForm, row: SheetRow, listed: str, kind: str) -> dict[str, Any]:
    """The options of a list: categories, the one outside the scale, those that are no answers."""
    own = form.language
    categories: list[dict[str, Any]] = []
    others: dict[str, Any] = {}
    missing: list[dict[str, Any]] = []
    # An option may stand there once for each answer by which a form filters its list.
    options = list({option.get("name"): option for option in form.choices[listed]}.values())
    texts = [match_key(o.labels.get(own, o.get("name"))) for o in options]
    names, said = [], []
    for option, key in zip(options, texts, strict=True):
        name = option.get("name")
        text = option.labels.get(own, name)
        names.append(name)
        said.append(f"{text} ({name})" if texts.count(key) > 1 else text)
    # A number as a name says nothing: the code is made of the label then.
    both = zip(names, said, strict=True)
    codes = option_codes([t if re.fullmatch(r"-?\d+", name) else name for name, t in both])
    for option, name, text, code in zip(options, names, said, codes, strict=True):
        labels = {k: v for k, v in option.labels.items() if k != own}
        entry = {"text": text, "value": name, **({"labels": labels} if labels else {})}
        means = option.get(MEANS)
        if means == OUTSIDE and "dont_know" not in others:
            others["dont_know"] = entry
        elif means in MEANINGS:
            missing.append({**entry, "means": means})
        else:
            flags: dict[str, Any] = {"screens_out": True} if option.get(SCREENS) else {}
            flags |= {"specify": option.get(SPECIFY)} if option.get(SPECIFY) else {}
            categories.append({"code": code, **entry, **flags})
    if len(categories) < (1 if kind == "multi" else 2):
        raise form.refuse_row(row, f"{row.get('name')!r}: the list {listed!r} has too few options.")
    return {"categories": categories, **others, **({"missing": missing} if missing else {})}


def mark_exclusive(item: dict[str, Any], row: SheetRow) -> list[str]:
    """Mark the options that a constraint lets nobody tick beside others; notes what is not read."""
    constraint = row.get("constraint")
    if not constraint:
        return []
    try:
        alone = read_exclusive_options(constraint)
    except Unsaid as error:
        return [f"constraint {constraint!r}: not carried over ({error})."]
    for category in item["categories"]:
        if category["value"] in alone:
            category["exclusive"] = True
    return []


# Kinds of items by the types of a form's data; every other one that is typed is text.
_KINDS = {"int": "number", "decimal": "number", "date": "date"}
# What a form exports for an `acknowledge` that was ticked.
AGREED = "OK"
# The name that pyxform gives the option, and the end of that of the question, of `or_other`.
OTHER = "other"


@dataclass
class _Made:
    form: XlsForm
    items: list[dict[str, Any]] = field(default_factory=list)
    sources: dict[str, FormQuestion] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    headers: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)
    export: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    # The names of the open groups, and of each name the paths at which it is asked.
    inside: list[str] = field(default_factory=list)
    paths: dict[str, list[str]] = field(default_factory=dict)


def from_xlsform(path: Path, language: str | None = None) -> dict[str, Any]:
    """The questionnaire of an XLSForm (.xlsx, .xls), its open decisions as comments.

    `language`: of labels for which the form names none. Raises ConfigError naming the row.
    """
    from pyxform.aliases import control
    from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL

    form = read_form(path, language)
    made = _Made(form)
    # Of each open group the row that begins it, the conditions of all in it, its first item.
    groups: list[tuple[SheetRow, tuple[Atom, ...], int]] = []
    repeats: list[list[str]] = []
    for row in form.survey:
        inherited = groups[-1][1] if groups else ()
        begun = RE_BEGIN_CONTROL.match(row.type)
        if repeats or (begun and control[begun["type"]] != "group"):
            # A repeat gives a respondent several rows: another table, not another question.
            _leave_out(made, row, repeats, begins=bool(begun), ends=RE_END_CONTROL.match(row.type))
        elif begun:
            groups.append((row, (*inherited, *_read_relevant(made, row)), len(made.items)))
        elif RE_END_CONTROL.match(row.type):
            group, _, start = groups.pop()
            _close(made, group, start)
        elif row.type:
            made.inside = [group.get("name") for group, *_ in groups]
            _read_question(made, row, inherited)
    if not made.items:
        raise ConfigError(f"{path}: the form has no question whose answers can be counted.")
    return _make_document(made, path)


def _leave_out(
    made: _Made, row: SheetRow, repeats: list[list[str]], *, begins: bool, ends: object
) -> None:
    """One row of a repeat; `repeats`: the name of each that is open, and of what it asks."""
    if begins:
        repeats.append([row.get("name")])
    elif not ends:
        repeats[-1] += [row.get("name")] if row.type and row.type != "note" else []
    else:
        name, *asked = repeats.pop()
        if repeats:
            repeats[-1] += asked
        else:
            made.notes.append(
                f"the repeat {name!r} is left out ({len(asked)} questions): one respondent has one "
                "row here. Analyse it as a table of its own."
            )


def _make_document(made: _Made, path: Path) -> dict[str, Any]:
    form = made.form
    _name_specified(made)
    # Groups may share a name: an export tells its questions apart by their paths.
    shared = {name: iter(paths) for name, paths in made.paths.items() if len(paths) > 1}
    for item in (each for entry in made.items for each in entry.get("rows", [entry])):
        item["variable"] = next(shared.get(item["variable"], iter([item["variable"]])))
    settings, own = form.settings, form.language
    title = settings.get("form_title") or settings.get("title") or path.stem
    version = settings.get("version", "")
    numbered = re.fullmatch(r"[0-9]+", version)
    guessed = f"{CHECK}language: the form names none; correct it where it is not {own}."
    notes = [
        "A select_one is `single`: make it `ordinal`, low to high, where there is an order.",
        "Options that are no answers go to `missing`.",
        *made.notes,
        *(f"{CHECK}language: {n!r} has no code; its labels are left out." for n in form.unnamed),
        *([] if form.language_known else [guessed]),
        *([f"{CHECK}version: the form's own is {version!r}."] if version and not numbered else []),
    ]
    return {
        COMMENT: "\n".join(notes),
        "name": form_name(settings.get("form_id") or settings.get("id_string") or title),
        "version": version if numbered else "1",
        "language": own,
        "title": {own: title},
        "export": {**made.export, "ignored": made.unread} if made.unread else made.export,
        "items": [{k: v for k, v in item.items() if k != _LIST} for item in made.items],
    }


# Where an item keeps the name of its list, and whether it shows none, till its group closes.
_LIST = "_list"
_OF_A_ROW = ("id", "column", "variable", "label")


def _name_specified(made: _Made) -> None:
    """Name the questions in which something is typed by their ids."""
    ids = {item["variable"]: item["id"] for item in made.items if item["kind"] == "text"}
    ids |= {identity: identity for identity in ids.values()}
    for item in made.items:
        for category in item.get("categories", ()):
            wanted = ids.get(category.pop("specify", ""), "")
            category |= {"specify": wanted} if wanted else {}


def _read_question(made: _Made, row: SheetRow, inherited: Sequence[Atom]) -> None:
    from pyxform.aliases import select
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
    from pyxform.xls2json import RE_SELECT

    if choice := RE_SELECT.match(row.type):
        kind, or_other = select[choice["select_command"]], choice["specify_other"] is not None
        _read_choice(made, row, kind, choice["list_name"], or_other, inherited)
        return
    if (known := QUESTION_TYPE_DICT.get(row.type)) is None:
        told = f"is of type {row.type!r}, which no questionnaire has."
        raise made.form.refuse_row(row, f"{row.get('name')!r} {told}")
    bind, tag = known.get("bind", {}), known.get("control", {}).get("tag", "")
    data = bind.get("type", "")
    if tag in ("input", "range") and not data.startswith(("geo", "barcode")):
        if "readonly" not in bind:  # a note is shown and takes no answer
            _read_simple(made, row, "range" if tag == "range" else data, inherited)
    elif tag == "trigger" and data == "string":
        item = _begin_item(made, row, "multi", inherited)
        agreed = {"code": "ok", "text": AGREED, "value": AGREED}
        item |= {"blank_means": "none", "categories": [agreed]}
        made.sources[row.get("name")] = FormQuestion(item["id"], "multi", {AGREED: "ok"})
        made.items.append(item)
    elif row.type in ("start", "start time", "get start time"):
        made.export["started"] = row.get("name") or row.type
    elif row.type not in ("xml-external", "csv-external"):
        made.unread.append(row.get("name") or row.type)


def _begin_item(made: _Made, row: SheetRow, kind: str, inherited: Sequence[Atom]) -> dict[str, Any]:
    form, name = made.form, row.get("name")
    made.taken.add(identity := item_id(name, made.taken))
    question = row.labels.get(form.language, "")
    # A question that stands twice is told apart by its name.
    column = question if question and match_key(question) not in made.headers else name
    made.headers.add(match_key(column))
    made.paths.setdefault(name, []).append("/".join([*made.inside, name]))
    required = row.get("required").lower() in ("yes", "true", "true()", "1")
    routing = [_write_routing(atom) for atom in (*inherited, *_read_relevant(made, row))]
    return {
        **{"id": identity, "kind": kind, "column": column, "variable": name},
        "label": {form.language: name, **row.labels},
        **({"required": True} if required else {}),
        **({"asked_if": routing} if routing else {}),
    }


def _read_relevant(made: _Made, row: SheetRow) -> list[Atom]:
    expression = row.get("relevant")
    if not expression:
        return []
    try:
        return conditions(expression, made.sources)
    except Unsaid as error:
        made.notes.append(
            f"{CHECK}{row.get('name')!r}, row {row.number}: relevant {expression!r}: not "
            f"carried over, for {error}; who was not asked counts as blank."
        )
        return []


def _write_routing(atom: Atom) -> dict[str, Any]:
    item = {"item": atom.source.item}
    if atom.source.codes:
        codes = [code for code in atom.source.codes.values() if code in atom.codes]
        return {**item, "one_of": list(dict.fromkeys(codes))}
    ends = {"at_least": atom.low, "at_most": atom.high}
    return {**item, **{k: _simplify_number(v) for k, v in ends.items() if abs(v) < inf}}


def _simplify_number(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _read_choice(
    made: _Made, row: SheetRow, select: str, listed: str, or_other: bool, inherited: Sequence[Atom]
) -> None:
    if listed not in made.form.choices:
        made.items.append(_begin_item(made, row, "text", inherited))
        made.notes.append(
            f"{CHECK}{row.get('name')!r}, row {row.number}: its options are in another file "
            f"({listed!r}); it is a text until they are its categories."
        )
        return
    if "label" in row.get("appearance").split():
        # The head of a table: it shows the options and takes no answer.
        made.unread.append(row.get("name"))
        return
    if select == "rank":
        options = options_of(made.form, row, listed, "single")["categories"]
        apart = ("screens_out", "specify")
        kept = [{k: v for k, v in o.items() if k not in apart} for o in options]
        made.items.append({**_begin_item(made, row, "ranking", inherited), "categories": kept})
        return
    many = select == "select all that apply"
    # Of one option, all that can be said is whether it was chosen.
    many = many or (not or_other and len({o.get("name") for o in made.form.choices[listed]}) < 2)
    kind = "multi" if many else "ordinal" if "likert" in row.get("appearance").split() else "single"
    item = {**_begin_item(made, row, kind, inherited), **options_of(made.form, row, listed, kind)}
    if many:
        item["blank_means"] = "skipped"
    codes = {c["value"]: c["code"] for c in item["categories"]}
    outside = [*item.get("missing", ()), item.get("dont_know", {})]
    or_other = or_other and OTHER not in {entry.get("value") for entry in outside}
    if or_other and OTHER not in codes:
        code = option_code(OTHER, codes.values())
        item["categories"].append({"code": code, "text": "Other", "value": OTHER})
        codes[OTHER] = code
    notes = mark_exclusive(item, row) if many else []
    if not many and row.get("constraint"):
        notes.append(f"constraint {row.get('constraint')!r}: not carried over.")
    if notes:
        item[COMMENT] = "\n".join(notes)
    alone = frozenset(c["code"] for c in item["categories"] if c.get("exclusive"))
    source = FormQuestion(item["id"], "multi" if many else "single", codes, alone)
    made.sources[row.get("name")] = source
    item[_LIST] = (listed, "list-nolabel" in row.get("appearance").split())
    made.items.append(item)
    if or_other:
        _add_typed_other(made, row, item, source)


def _add_typed_other(
    made: _Made, row: SheetRow, item: dict[str, Any], source: FormQuestion
) -> None:
    """The question that pyxform adds for what is typed beside the option `or_other`."""
    name = f"{row.get('name')}_{OTHER}"
    added = _begin_item(made, SheetRow(row.number, {"name": name}, {}), "text", ())
    other = source.codes[OTHER]
    added["asked_if"] = [*item.get("asked_if", ()), {"item": item["id"], "one_of": [other]}]
    typed = next(category for category in item["categories"] if category["code"] == other)
    typed["specify"] = added["variable"]
    made.items.append(added)


def _read_simple(made: _Made, row: SheetRow, written: str, inherited: Sequence[Atom]) -> None:
    kind = "number" if written == "range" else _KINDS.get(written, "text")
    item = _begin_item(made, row, kind, inherited)
    notes: list[str] = []
    if kind == "number":
        item["range"] = _read_range(row, written, notes)
        number = "decimal" if item["range"].get("decimals") else "integer"
        made.sources[row.get("name")] = FormQuestion(item["id"], number, {})
    elif row.get("constraint"):
        notes.append(f"constraint {row.get('constraint')!r}: not carried over.")
    if notes:
        item[COMMENT] = "\n".join(notes)
    made.items.append(item)


MOST_DECIMALS = 12


def _read_range(row: SheetRow, written: str, notes: list[str]) -> dict[str, Any]:
    decimals = {"decimals": MOST_DECIMALS} if written == "decimal" else {}
    if written == "range":
        given = dict(re.findall(r"(start|end|step)\s*=\s*(-?\d+(?:\.\d+)?)", row.get("parameters")))
        ends = {"low": given.get("start", "1"), "high": given.get("end", "10")}
        if "." in "".join([*ends.values(), given.get("step", "1")]):
            decimals = {"decimals": MOST_DECIMALS}
        return {**{k: _simplify_number(float(v)) for k, v in ends.items()}, **decimals}
    constraint = row.get("constraint")
    own = FormQuestion(".", "decimal" if decimals else "integer", {})
    if decimals and (loose := re.sub(r"([<>])(?!=)", r"\1=", constraint)) != constraint:
        notes.append(f"constraint {constraint!r}: the ends themselves are not excluded.")
        constraint = loose
    try:
        atoms = conditions(constraint, {".": own}) if constraint else []
    except Unsaid as error:
        notes.append(f"constraint {constraint!r}: not carried over ({error}).")
        atoms = []
    low, high = (atoms[0].low, atoms[0].high) if atoms else (-inf, inf)
    if low >= high:
        notes.append(f"constraint {constraint!r}: not carried over (it leaves no range).")
        low, high = -inf, inf
    ends_ = {k: _simplify_number(v) for k, v in (("low", low), ("high", high)) if abs(v) < inf}
    if len(ends_) < 2:
        notes.append("range: the form does not give both ends; say what can be (low, high, unit).")
    return {**ends_, **decimals}


def _close(made: _Made, group: SheetRow, start: int) -> None:
    """At the end of a table of questions with one list: those questions as one grid."""
    inside = made.items[start:]
    shared = [{k: v for k, v in item.items() if k not in _OF_A_ROW} for item in inside]
    lists = [item.get(_LIST, ("", False)) for item in inside]
    bare = "table-list" in group.get("appearance").split() or all(b for _, b in lists)
    if not inside or not bare or not lists[0][0] or any(each != shared[0] for each in shared):
        return
    own, name = made.form.language, group.get("name")
    question = group.labels.get(own) or name
    rest = {k: v for k, v in shared[0].items() if k not in ("kind", _LIST)}
    made.taken.add(identity := item_id(name, made.taken))
    each = inside[0]["kind"]
    if each == "single":
        note = "each: ordinal, low to high as listed; `single` where there is no order."
        each, rest = "ordinal", {COMMENT: note, **rest}
    grid = {
        **{"id": identity, "kind": "grid", "each": each, "column": question, "variable": name},
        "label": {own: question, **group.labels},
        "rows": [_name_row(item, own) for item in inside],
        **rest,
    }
    made.items[start:] = [grid]


def _name_row(item: dict[str, Any], own: str) -> dict[str, Any]:
    labels = {k: v for k, v in item["label"].items() if k != own}
    row = {"id": item["id"], "text": item["label"][own]}
    row |= {key: item[key] for key in ("column", "variable")}
    return {**row, **({"labels": labels} if labels else {})}
