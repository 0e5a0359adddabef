"""Convert an XLSForm to a questionnaire.

Every question that has an answer becomes an item, with the question's name in the form as its id.
The condition of a group becomes a condition of each question in the group. A table of questions
with one list of options becomes a grid. Options that are no answers become missing codes. Where the
form leaves a decision open, a comment says so; content without equivalent in a questionnaire is
refused or noted.
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
    """Return the options of a list as the item's `categories`, `dont_know` and `missing`.

    Raises ConfigError for a list with too few options.
    """
    language = form.language
    categories: list[dict[str, Any]] = []
    dont_know: dict[str, Any] = {}
    missing: list[dict[str, Any]] = []
    # Several rows may have one name, in a list that the form filters by an earlier answer.
    options = list({option.get("name"): option for option in form.choices[listed]}.values())
    texts = [match_key(o.labels.get(language, o.get("name"))) for o in options]
    names, unique_texts = [], []
    for option, key in zip(options, texts, strict=True):
        name = option.get("name")
        text = option.labels.get(language, name)
        names.append(name)
        unique_texts.append(f"{text} ({name})" if texts.count(key) > 1 else text)
    # A bare number is no meaningful name: make the code from the label instead.
    names_and_texts = zip(names, unique_texts, strict=True)
    codes = option_codes(
        [t if re.fullmatch(r"-?\d+", name) else name for name, t in names_and_texts]
    )
    for option, name, text, code in zip(options, names, unique_texts, codes, strict=True):
        labels = {k: v for k, v in option.labels.items() if k != language}
        entry = {"text": text, "value": name, **({"labels": labels} if labels else {})}
        means = option.get(MEANS)
        if means == OUTSIDE and "dont_know" not in dont_know:
            dont_know["dont_know"] = entry
        elif means in MEANINGS:
            missing.append({**entry, "means": means})
        else:
            flags: dict[str, Any] = {"screens_out": True} if option.get(SCREENS) else {}
            flags |= {"specify": option.get(SPECIFY)} if option.get(SPECIFY) else {}
            categories.append({"code": code, **entry, **flags})
    if len(categories) < (1 if kind == "multi" else 2):
        raise form.refuse_row(row, f"{row.get('name')!r}: the list {listed!r} has too few options.")
    return {"categories": categories, **dont_know, **({"missing": missing} if missing else {})}


def mark_exclusive(item: dict[str, Any], row: SheetRow) -> list[str]:
    """Mark the options that a constraint makes exclusive; return notes on unread constraints."""
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


# Kind of item by type of data in the form. Typed answers of any other type are text.
_KINDS = {"int": "number", "decimal": "number", "date": "date"}
# Exported value of a ticked question of the type `acknowledge`.
AGREED = "OK"
# For `or_other`, pyxform adds an option with this name, and a question whose name ends with it.
OTHER = "other"


@dataclass
class _Made:
    """The questionnaire under construction, while a form is read row by row.

    `sources`: questions that conditions can name, by name. `taken`: ids in use. `headers`: match
    keys of the columns in use. `unread`: columns of the export that will not be read.
    """

    form: XlsForm
    items: list[dict[str, Any]] = field(default_factory=list)
    sources: dict[str, FormQuestion] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    headers: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)
    export: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    # `inside`: names of the open groups. `paths`: path of each question with its groups, by the
    # question's name, which several groups may use.
    inside: list[str] = field(default_factory=list)
    paths: dict[str, list[str]] = field(default_factory=dict)


def from_xlsform(path: Path, language: str | None = None) -> dict[str, Any]:
    """Return the questionnaire document of an XLSForm (.xlsx, .xls), open decisions as comments.

    `language`: language of labels for which the form names no language. Raises ConfigError that
    names the row.
    """
    from pyxform.aliases import control
    from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL

    form = read_form(path, language)
    draft = _Made(form)
    # Open groups: the row that begins the group, the conditions on all questions of the group, the
    # index of the group's first item.
    groups: list[tuple[SheetRow, tuple[Atom, ...], int]] = []
    repeats: list[list[str]] = []
    for row in form.survey:
        inherited_conditions = groups[-1][1] if groups else ()
        group_begin = RE_BEGIN_CONTROL.match(row.type)
        if repeats or (group_begin and control[group_begin["type"]] != "group"):
            # The rows of a repeat belong to another table: a respondent has several of them.
            _leave_out(
                draft, row, repeats, begins=bool(group_begin), ends=RE_END_CONTROL.match(row.type)
            )
        elif group_begin:
            groups.append(
                (row, (*inherited_conditions, *_read_relevant(draft, row)), len(draft.items))
            )
        elif RE_END_CONTROL.match(row.type):
            group, _, start = groups.pop()
            _close(draft, group, start)
        elif row.type:
            draft.inside = [group.get("name") for group, *_ in groups]
            _read_question(draft, row, inherited_conditions)
    if not draft.items:
        raise ConfigError(f"{path}: the form has no question whose answers can be counted.")
    return _make_document(draft, path)


def _leave_out(
    made: _Made, row: SheetRow, repeats: list[list[str]], *, begins: bool, ends: object
) -> None:
    """Skip one row of a repeat, with a note when the outermost repeat ends.

    `repeats`: for each open repeat, the name of the repeat, then the names of its questions.
    """
    if begins:
        repeats.append([row.get("name")])
    elif not ends:
        repeats[-1] += [row.get("name")] if row.type and row.type != "note" else []
    else:
        name, *names = repeats.pop()
        if repeats:
            repeats[-1] += names
        else:
            made.notes.append(
                f"the repeat {name!r} is left out ({len(names)} questions): one respondent has one "
                "row here. Analyse it as a table of its own."
            )


def _make_document(made: _Made, path: Path) -> dict[str, Any]:
    """Return the questionnaire document, with notes on what the form left open."""
    form = made.form
    _name_specified(made)
    # Questions of different groups may have one name: the export distinguishes these by path.
    paths_of_name = {name: iter(paths) for name, paths in made.paths.items() if len(paths) > 1}
    for item in (row for entry in made.items for row in entry.get("rows", [entry])):
        item["variable"] = next(paths_of_name.get(item["variable"], iter([item["variable"]])))
    settings, language = form.settings, form.language
    title = settings.get("form_title") or settings.get("title") or path.stem
    version = settings.get("version", "")
    whole_number = re.fullmatch(r"[0-9]+", version)
    language_note = f"{CHECK}language: the form names none; correct it where it is not {language}."
    notes = [
        "A select_one is `single`: make it `ordinal`, low to high, where there is an order.",
        "Options that are no answers go to `missing`.",
        *made.notes,
        *(f"{CHECK}language: {n!r} has no code; its labels are left out." for n in form.unnamed),
        *([] if form.language_known else [language_note]),
        *(
            [f"{CHECK}version: the form's own is {version!r}."]
            if version and not whole_number
            else []
        ),
    ]
    return {
        COMMENT: "\n".join(notes),
        "name": form_name(settings.get("form_id") or settings.get("id_string") or title),
        "version": version if whole_number else "1",
        "language": language,
        "title": {language: title},
        "export": {**made.export, "ignored": made.unread} if made.unread else made.export,
        "items": [{k: v for k, v in item.items() if k != _LIST} for item in made.items],
    }


# Temporary key of an item, until its group closes: name of the list of options, and True for a
# question that is shown without labels.
_LIST = "_list"
_OF_A_ROW = ("id", "column", "variable", "label")


def _name_specified(made: _Made) -> None:
    """Replace the names in `specify` by the ids of the text items; drop unknown names."""
    ids = {item["variable"]: item["id"] for item in made.items if item["kind"] == "text"}
    ids |= {question_id: question_id for question_id in ids.values()}
    for item in made.items:
        for category in item.get("categories", ()):
            text_item_id = ids.get(category.pop("specify", ""), "")
            category |= {"specify": text_item_id} if text_item_id else {}


def _read_question(made: _Made, row: SheetRow, inherited: Sequence[Atom]) -> None:
    """Add the item of a question's row; other rows go to export fields or unread columns.

    Raises ConfigError for an unknown type.
    """
    from pyxform.aliases import select
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
    from pyxform.xls2json import RE_SELECT

    if choice := RE_SELECT.match(row.type):
        kind, or_other = select[choice["select_command"]], choice["specify_other"] is not None
        _read_choice(made, row, kind, choice["list_name"], or_other, inherited)
        return
    if (type_properties := QUESTION_TYPE_DICT.get(row.type)) is None:
        problem = f"is of type {row.type!r}, which no questionnaire has."
        raise made.form.refuse_row(row, f"{row.get('name')!r} {problem}")
    bind, tag = type_properties.get("bind", {}), type_properties.get("control", {}).get("tag", "")
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
    """Return the first fields of an item: id, kind, column, labels, routing."""
    form, name = made.form, row.get("name")
    made.taken.add(question_id := item_id(name, made.taken))
    question = row.labels.get(form.language, "")
    # If an earlier question has the same text, the name serves as the column.
    column = question if question and match_key(question) not in made.headers else name
    made.headers.add(match_key(column))
    made.paths.setdefault(name, []).append("/".join([*made.inside, name]))
    required = row.get("required").lower() in ("yes", "true", "true()", "1")
    routing = [_write_routing(atom) for atom in (*inherited, *_read_relevant(made, row))]
    return {
        **{"id": question_id, "kind": kind, "column": column, "variable": name},
        "label": {form.language: name, **row.labels},
        **({"required": True} if required else {}),
        **({"asked_if": routing} if routing else {}),
    }


def _read_relevant(made: _Made, row: SheetRow) -> list[Atom]:
    """Return the conditions in the cell `relevant` of a row.

    An expression that cannot be carried over is added to the notes.
    """
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
    """Return the `asked_if` entry of a condition."""
    item = {"item": atom.source.item}
    if atom.source.codes:
        codes = [code for code in atom.source.codes.values() if code in atom.codes]
        return {**item, "one_of": list(dict.fromkeys(codes))}
    ends = {"at_least": atom.low, "at_most": atom.high}
    return {**item, **{k: _simplify_number(v) for k, v in ends.items() if abs(v) < inf}}


def _simplify_number(number: float) -> int | float:
    """Return a whole number as an int."""
    return int(number) if number == int(number) else number


def _read_choice(
    made: _Made, row: SheetRow, select: str, listed: str, or_other: bool, inherited: Sequence[Atom]
) -> None:
    """Add the item of a select question."""
    if listed not in made.form.choices:
        made.items.append(_begin_item(made, row, "text", inherited))
        made.notes.append(
            f"{CHECK}{row.get('name')!r}, row {row.number}: its options are in another file "
            f"({listed!r}); the item stays free text until its categories are added."
        )
        return
    if "label" in row.get("appearance").split():
        # The head of a table shows the options and takes no answer.
        made.unread.append(row.get("name"))
        return
    if select == "rank":
        options = options_of(made.form, row, listed, "single")["categories"]
        dropped_keys = ("screens_out", "specify")
        ranked_options = [{k: v for k, v in o.items() if k not in dropped_keys} for o in options]
        made.items.append(
            {**_begin_item(made, row, "ranking", inherited), "categories": ranked_options}
        )
        return
    many = select == "select all that apply"
    # A list with a single option is a box that is ticked or not: multiple response.
    many = many or (not or_other and len({o.get("name") for o in made.form.choices[listed]}) < 2)
    if many:
        kind = "multi"
    elif "likert" in row.get("appearance").split():
        kind = "ordinal"
    else:
        kind = "single"
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
    exclusive_codes = frozenset(c["code"] for c in item["categories"] if c.get("exclusive"))
    source = FormQuestion(item["id"], "multi" if many else "single", codes, exclusive_codes)
    made.sources[row.get("name")] = source
    item[_LIST] = (listed, "list-nolabel" in row.get("appearance").split())
    made.items.append(item)
    if or_other:
        _add_typed_other(made, row, item, source)


def _add_typed_other(
    made: _Made, row: SheetRow, item: dict[str, Any], source: FormQuestion
) -> None:
    """Add the text question that pyxform adds for the answer typed beside `or_other`."""
    name = f"{row.get('name')}_{OTHER}"
    added = _begin_item(made, SheetRow(row.number, {"name": name}, {}), "text", ())
    other = source.codes[OTHER]
    added["asked_if"] = [*item.get("asked_if", ()), {"item": item["id"], "one_of": [other]}]
    typed = next(category for category in item["categories"] if category["code"] == other)
    typed["specify"] = added["variable"]
    made.items.append(added)


def _read_simple(made: _Made, row: SheetRow, written: str, inherited: Sequence[Atom]) -> None:
    """Add the item of a typed question: a number, a date or a text."""
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
    """Return the range of a number, from the parameters or the constraint of its row.

    `written`: type of the question's data. Notes on what cannot be carried over are added to
    `notes`.
    """
    decimals = {"decimals": MOST_DECIMALS} if written == "decimal" else {}
    if written == "range":
        parameters = dict(
            re.findall(r"(start|end|step)\s*=\s*(-?\d+(?:\.\d+)?)", row.get("parameters"))
        )
        ends = {"low": parameters.get("start", "1"), "high": parameters.get("end", "10")}
        if "." in "".join([*ends.values(), parameters.get("step", "1")]):
            decimals = {"decimals": MOST_DECIMALS}
        return {**{k: _simplify_number(float(v)) for k, v in ends.items()}, **decimals}
    constraint = row.get("constraint")
    itself = FormQuestion(".", "decimal" if decimals else "integer", {})
    if decimals and (loose := re.sub(r"([<>])(?!=)", r"\1=", constraint)) != constraint:
        notes.append(f"constraint {constraint!r}: the ends themselves are not excluded.")
        constraint = loose
    try:
        atoms = conditions(constraint, {".": itself}) if constraint else []
    except Unsaid as error:
        notes.append(f"constraint {constraint!r}: not carried over ({error}).")
        atoms = []
    low, high = (atoms[0].low, atoms[0].high) if atoms else (-inf, inf)
    if low >= high:
        notes.append(f"constraint {constraint!r}: not carried over (it leaves no range).")
        low, high = -inf, inf
    stated_ends = {
        k: _simplify_number(v) for k, v in (("low", low), ("high", high)) if abs(v) < inf
    }
    if len(stated_ends) < 2:
        notes.append("range: the form does not give both ends; say what can be (low, high, unit).")
    return {**stated_ends, **decimals}


def _close(made: _Made, group: SheetRow, start: int) -> None:
    """Replace the questions of a group by one grid, if they form a table with one list of options.

    `start`: index of the group's first item.
    """
    inside = made.items[start:]
    shared = [{k: v for k, v in item.items() if k not in _OF_A_ROW} for item in inside]
    lists = [item.get(_LIST, ("", False)) for item in inside]
    without_labels = "table-list" in group.get("appearance").split() or all(b for _, b in lists)
    if (
        not inside
        or not without_labels
        or not lists[0][0]
        or any(row_kind != shared[0] for row_kind in shared)
    ):
        return
    language, name = made.form.language, group.get("name")
    question = group.labels.get(language) or name
    shared_fields = {k: v for k, v in shared[0].items() if k not in ("kind", _LIST)}
    made.taken.add(question_id := item_id(name, made.taken))
    row_kind = inside[0]["kind"]
    if row_kind == "single":
        note = "each: ordinal, low to high as listed; `single` where there is no order."
        row_kind, shared_fields = "ordinal", {COMMENT: note, **shared_fields}
    grid = {
        **{
            "id": question_id,
            "kind": "grid",
            "each": row_kind,
            "column": question,
            "variable": name,
        },
        "label": {language: question, **group.labels},
        "rows": [_name_row(item, language) for item in inside],
        **shared_fields,
    }
    made.items[start:] = [grid]


def _name_row(item: dict[str, Any], own: str) -> dict[str, Any]:
    """Return the row of a grid for a question."""
    labels = {k: v for k, v in item["label"].items() if k != own}
    row = {"id": item["id"], "text": item["label"][own]}
    row |= {key: item[key] for key in ("column", "variable")}
    return {**row, **({"labels": labels} if labels else {})}
