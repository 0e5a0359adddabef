"""Draft the next version of a questionnaire from the last one and a new export.

Questions stay where the new export has one of their columns; their options keep their codes. New
and missing answers and questions become checks for the analyst, never guesses.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from readiness.drafting.wordings import OF_EXPORT
from readiness.questionnaire.load import expand
from readiness.questionnaire.text import match_key
from readiness.questionnaire.writing import CHECK, COMMENT, item_id

# From this similarity of texts on (0-1), a new question may be a reworded question of before.
ALIKE = 0.6
# Keys of the questionnaire that the last version decides; the draft decides those of the file.
_DECIDED = ("language", "title", "group_item", "groups", "frame", "grids")


def follow(drafted: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of the next version.

    Args:
        drafted: the document of a draft from the new export.
        before: the last version, as its file has it.
    """
    old = [(item, {*_list_headers(item, before)}) for item in before["items"]]
    new_headers = {header for item in drafted["items"] for header in _list_headers(item, drafted)}
    gone = {
        _name_question(item): item["id"]
        for item, old_headers in old
        if not old_headers & new_headers
    }
    export = dict(drafted.get("export", {}))
    roles = {match_key(text): "ignored" for text in before.get("export", {}).get("ignored", ())}
    roles |= {match_key(v): k for k, v in before.get("export", {}).items() if k in OF_EXPORT}
    taken = {headers_kept["id"] for headers_kept in expand(before)["items"]} | {
        item["id"] for item, _ in old
    }
    items, kept, new = list[dict[str, Any]](), dict[str, dict[str, Any]](), set[str]()
    for item in drafted["items"]:
        headers = _list_headers(item, drafted)
        continued = [old_item for old_item, old_headers in old if old_headers & {*headers}]
        for old_item in continued:
            if old_item["id"] not in kept:
                kept[old_item["id"]] = _keep(old_item, item, new_headers, taken, before)
                items.append(kept[old_item["id"]])
        kept_headers = [_list_headers(kept[old_item["id"]], before) for old_item in continued]
        new_columns = headers.keys() - {
            header for headers_kept in kept_headers for header in headers_kept
        }
        if headers.keys() <= roles.keys():
            # A column that was no question remains none.
            for header, text in headers.items():
                if roles[header] == "ignored":
                    export["ignored"] = [*export.get("ignored", ()), text]
                else:
                    export[roles[header]] = text
        elif new_columns:
            items.append(_ask_about(_take_columns(item, new_columns), gone, taken))
            new.add(item["id"])
    # Checks about several questions are already decided for questions that stay.
    drafted_ids = {item["id"] for item in drafted["items"]}
    lines = [
        (line, {*re.findall(r"\w+", line)}) for line in str(drafted.get(COMMENT, "")).splitlines()
    ]
    comment_lines = [
        t for t, names in lines if not t.startswith(CHECK) or names & drafted_ids <= new
    ]
    comment_lines += [f"{CHECK}no longer asked: {', '.join(gone.values())}"] if gone else []
    expanded = expand({**before, "items": items})["items"]
    codes = {
        expanded_item["id"]: {e["code"] for e in expanded_item.get("categories", ())}
        for expanded_item in expanded
    }
    document = {**drafted, **{key: before[key] for key in _DECIDED if key in before}}
    if document.get("group_item") not in {None, *codes}:
        comment_lines.append(
            f"{CHECK}nothing tells the groups now: {document.pop('group_item')} is gone"
        )
        document.pop("groups", None)
    document |= {COMMENT: "\n".join(comment_lines), "export": export}
    document["items"] = [_ask_of_whom(item, codes) for item in items]
    return document


def _list_headers(item: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of an item's columns, by match key.

    A grid has one column per row, ticked options may have one per option; other items have one.
    """
    headers: dict[str, str] = {}
    for expanded in expand({**document, "items": [item]})["items"]:
        options_with_column = [
            option for option in _list_entries(expanded, "categories") if "column" in option
        ]
        header = expanded.get("column") or expanded.get("variable") or expanded["id"]
        slots = expanded["variable"] if isinstance(expanded.get("variable"), list) else []
        names = [option["column"] for option in options_with_column] or slots or [str(header)]
        headers |= {match_key(name): name for name in names}
    return headers


def _take_columns(item: Mapping[str, Any], headers: Collection[str]) -> dict[str, Any]:
    """Return an item without the rows or options whose column is not among `headers`.

    `headers`: match keys. Rows and options that name no column stay.
    """
    listed = {key: _list_entries(item, key) for key in ("rows", "categories")}
    with_columns = {
        k: entries for k, entries in listed.items() if any("column" in entry for entry in entries)
    }
    selected = {
        k: [e for e in v if match_key(e["column"]) in headers] for k, v in with_columns.items()
    }
    return {**item, **selected}


def _name_question(item: Mapping[str, Any]) -> str:
    """Return the text, the tool's name or the id of an item."""
    return str(item.get("column") or item.get("variable") or item["id"])


def _list_entries(item: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the rows or options of an item as mappings; a text becomes a mapping with that
    text.
    """
    return [{"text": entry} if isinstance(entry, str) else entry for entry in item.get(key, ())]


def _keep(
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    there: set[str],
    taken: set[str],
    before: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a question of the last version with new options and rows added, and checks.

    `was`, `now`: the question in the last version and in the draft of this export. `there`: match
    keys of the export's columns. `taken`: ids in use. `before`: document of the last version.
    """
    item, comment_lines = dict(was), list[str]()
    if isinstance(was.get("variable"), list) and "variable" in now:
        item["variable"] = now["variable"]
    scales = [version_["scale"] for version_ in (was, now) if version_.get("scale")]
    ends = [sorted(int(scale[end]) for end in ("low", "high")) for scale in scales]
    if len(ends) > 1 and not ends[0][0] <= ends[1][0] <= ends[1][1] <= ends[0][1]:
        comment_lines.append(f"{CHECK}answers from {ends[1][0]} to {ends[1][1]}")
    headers = _list_headers(was, before)
    outside = [*_list_entries(was, "missing"), was.get("dont_know") or {}]
    for key in ("rows", "categories"):
        old_entries, new = _list_entries(was, key), _list_entries(now, key)
        if not old_entries:
            continue
        codes = {str(entry.get("code")) for entry in old_entries}
        new_texts = {match_key(str(entry["text"])) for entry in new}
        if any("column" in entry for entry in old_entries):
            removed = [e for e in old_entries if match_key(e.get("column", "")) not in {"", *there}]
            old_entries = [entry for entry in old_entries if entry not in removed]
            new = [e for e in new if match_key(e.get("column", "")) not in {"", *headers}]
            comment_lines += [f"{CHECK}gone: {_quote(removed)}"] if removed else []
        else:
            texts_before = [
                e[k] for e in (*old_entries, *outside) for k in ("text", "value") if k in e
            ]
            keys_before = {match_key(str(text)) for text in texts_before}
            new = [entry for entry in new if match_key(str(entry["text"])) not in keys_before]
        if new:
            not_seen = [
                entry for entry in old_entries if match_key(str(entry["text"])) not in new_texts
            ]
            not_seen_note = (
                f"; not seen: {_quote(not_seen)}. The same in other words?" if not_seen else ""
            )
            comment_lines.append(f"{CHECK}new: {_quote(new)}{not_seen_note}")
        item[key] = [*old_entries, *_name_anew(new, taken if key == "rows" else codes)]
    return {**item, **({COMMENT: "\n".join(comment_lines)} if comment_lines else {})}


def _quote(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return the texts of entries, quoted."""
    return ", ".join(repr(entry["text"]) for entry in entries)


def _name_anew(entries: Sequence[Mapping[str, Any]], taken: set[str]) -> Iterator[dict[str, Any]]:
    """Yield rows or options with new ids or codes, and add these to `taken`."""
    for entry in entries:
        new_names = {key: item_id(str(entry[key]), taken) for key in ("code", "id") if key in entry}
        taken.update(new_names.values())
        yield {**entry, **new_names}


def _ask_about(item: Mapping[str, Any], gone: Mapping[str, str], taken: set[str]) -> dict[str, Any]:
    """Give a new question an unused id, and a check that names a similar removed question."""
    [named] = _name_anew([item], taken)
    if "rows" in item:
        named["rows"] = [*_name_anew(_list_entries(item, "rows"), taken)]
    similar = get_close_matches(_name_question(item), gone, 1, ALIKE)
    question_about_old = (
        f"; or is it {gone[similar[0]]} ({similar[0]!r}) in other words?" if similar else ""
    )
    return _add_comment(named, f"{CHECK}a new question{question_about_old}")


def _ask_of_whom(item: dict[str, Any], codes: Mapping[str, set[str]]) -> dict[str, Any]:
    """Return the item without conditions on questions or answers that no longer exist."""
    stated = item.get("asked_if", [])
    valid = [
        condition
        for condition in stated
        if {*condition.get("one_of", ())} <= codes.get(condition["item"], {None})
    ]
    if valid == stated:
        return item
    check = f"{CHECK}who was asked? What it depended on is no longer there"
    return _add_comment({**item, "asked_if": valid}, check)


def _add_comment(item: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Add a line to the comment of an item."""
    return {**item, COMMENT: "\n".join(filter(None, [str(item.get(COMMENT, "")), said]))}
