"""The next version of a questionnaire: what was decided of the questions that stay, drafts of the
others, and what the analyst must look at.

A question stays where a column of the new export is one of its own. Its options keep their codes;
what is new among the answers, or gone, is asked about, never guessed.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from readiness.drafting.wordings import OF_EXPORT
from readiness.questionnaire.load import expand
from readiness.questionnaire.text import match_key
from readiness.questionnaire.writing import CHECK, COMMENT, item_id

# From which likeness on a question that is new is asked about as one that is gone.
ALIKE = 0.6
# Keys of the whole that a draft knows nothing of; of the file it knows best.
_DECIDED = ("language", "title", "group_item", "groups", "frame", "grids")


def follow(drafted: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The document of the next version.

    Args:
        drafted: the document of a draft from the new export.
        before: the last version, as its file has it.
    """
    old = [(item, {*_list_headers(item, before)}) for item in before["items"]]
    there = {header for item in drafted["items"] for header in _list_headers(item, drafted)}
    gone = {_name_question(item): item["id"] for item, own in old if not own & there}
    export = dict(drafted.get("export", {}))
    roles = {match_key(text): "ignored" for text in before.get("export", {}).get("ignored", ())}
    roles |= {match_key(v): k for k, v in before.get("export", {}).items() if k in OF_EXPORT}
    taken = {each["id"] for each in expand(before)["items"]} | {item["id"] for item, _ in old}
    items, kept, new = list[dict[str, Any]](), dict[str, dict[str, Any]](), set[str]()
    for item in drafted["items"]:
        headers = _list_headers(item, drafted)
        same = [was for was, own in old if own & {*headers}]
        for was in same:
            if was["id"] not in kept:
                kept[was["id"]] = _keep(was, item, there, taken, before)
                items.append(kept[was["id"]])
        told = [_list_headers(kept[was["id"]], before) for was in same]
        rest = headers.keys() - {header for each in told for header in each}
        if headers.keys() <= roles.keys():
            # What was no question then is none now.
            for header, text in headers.items():
                if roles[header] == "ignored":
                    export["ignored"] = [*export.get("ignored", ()), text]
                else:
                    export[roles[header]] = text
        elif rest:
            items.append(_ask_about(_take_columns(item, rest), gone, taken))
            new.add(item["id"])
    # What is asked of questions together was decided of those that stay.
    every = {item["id"] for item in drafted["items"]}
    lines = [
        (line, {*re.findall(r"\w+", line)}) for line in str(drafted.get(COMMENT, "")).splitlines()
    ]
    said = [t for t, names in lines if not t.startswith(CHECK) or names & every <= new]
    said += [f"{CHECK}no longer asked: {', '.join(gone.values())}"] if gone else []
    made = expand({**before, "items": items})["items"]
    codes = {one["id"]: {e["code"] for e in one.get("categories", ())} for one in made}
    document = {**drafted, **{key: before[key] for key in _DECIDED if key in before}}
    if document.get("group_item") not in {None, *codes}:
        said.append(f"{CHECK}nothing tells the groups now: {document.pop('group_item')} is gone")
        document.pop("groups", None)
    document |= {COMMENT: "\n".join(said), "export": export}
    document["items"] = [_ask_of_whom(item, codes) for item in items]
    return document


def _list_headers(item: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, str]:
    """The columns of an item, of its rows or options, by how they are compared."""
    found: dict[str, str] = {}
    for each in expand({**document, "items": [item]})["items"]:
        own = [option for option in _list_entries(each, "categories") if "column" in option]
        header = each.get("column") or each.get("variable") or each["id"]
        slots = each["variable"] if isinstance(each.get("variable"), list) else []
        names = [option["column"] for option in own] or slots or [str(header)]
        found |= {match_key(name): name for name in names}
    return found


def _take_columns(item: Mapping[str, Any], headers: Collection[str]) -> dict[str, Any]:
    """An item with the rows or options alone that are in these columns; one column is all of it."""
    listed = {key: _list_entries(item, key) for key in ("rows", "categories")}
    spread = {k: own for k, own in listed.items() if any("column" in each for each in own)}
    taken = {k: [e for e in v if match_key(e["column"]) in headers] for k, v in spread.items()}
    return {**item, **taken}


def _name_question(item: Mapping[str, Any]) -> str:
    return str(item.get("column") or item.get("variable") or item["id"])


def _list_entries(item: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The rows or options of an item, a text alone being an entry with that text."""
    return [{"text": each} if isinstance(each, str) else each for each in item.get(key, ())]


def _keep(
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    there: set[str],
    taken: set[str],
    before: Mapping[str, Any],
) -> dict[str, Any]:
    """A question as it was decided, with the options and rows that are new in it.

    `there`: the columns of the export; `taken`: ids that no row may have, for they were others'.
    """
    item, said = dict(was), list[str]()
    if isinstance(was.get("variable"), list) and "variable" in now:
        item["variable"] = now["variable"]
    scales = [one["scale"] for one in (was, now) if one.get("scale")]
    ends = [sorted(int(scale[end]) for end in ("low", "high")) for scale in scales]
    if len(ends) > 1 and not ends[0][0] <= ends[1][0] <= ends[1][1] <= ends[0][1]:
        said.append(f"{CHECK}answers from {ends[1][0]} to {ends[1][1]}")
    headers = _list_headers(was, before)
    outside = [*_list_entries(was, "missing"), was.get("dont_know") or {}]
    for key in ("rows", "categories"):
        left, new = _list_entries(was, key), _list_entries(now, key)
        if not left:
            continue
        codes = {str(each.get("code")) for each in left}
        seen = {match_key(str(each["text"])) for each in new}
        if any("column" in each for each in left):
            lost = [e for e in left if match_key(e.get("column", "")) not in {"", *there}]
            left = [each for each in left if each not in lost]
            new = [e for e in new if match_key(e.get("column", "")) not in {"", *headers}]
            said += [f"{CHECK}gone: {_quote(lost)}"] if lost else []
        else:
            told = [e[k] for e in (*left, *outside) for k in ("text", "value") if k in e]
            known = {match_key(str(text)) for text in told}
            new = [each for each in new if match_key(str(each["text"])) not in known]
        if new:
            unseen = [each for each in left if match_key(str(each["text"])) not in seen]
            more = f"; not seen: {_quote(unseen)}. The same in other words?" if unseen else ""
            said.append(f"{CHECK}new: {_quote(new)}{more}")
        item[key] = [*left, *_name_anew(new, taken if key == "rows" else codes)]
    return {**item, **({COMMENT: "\n".join(said)} if said else {})}


def _quote(entries: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(repr(each["text"]) for each in entries)


def _name_anew(entries: Sequence[Mapping[str, Any]], taken: set[str]) -> Iterator[dict[str, Any]]:
    """Rows or options with ids or codes that are none of `taken`, to which they are added."""
    for each in entries:
        own = {key: item_id(str(each[key]), taken) for key in ("code", "id") if key in each}
        taken.update(own.values())
        yield {**each, **own}


def _ask_about(item: Mapping[str, Any], gone: Mapping[str, str], taken: set[str]) -> dict[str, Any]:
    """A question that is new, under an id that was none's, or maybe an old one in other words."""
    [named] = _name_anew([item], taken)
    if "rows" in item:
        named["rows"] = [*_name_anew(_list_entries(item, "rows"), taken)]
    like = get_close_matches(_name_question(item), gone, 1, ALIKE)
    other = f"; or is it {gone[like[0]]} ({like[0]!r}) in other words?" if like else ""
    return _add_comment(named, f"{CHECK}a new question{other}")


def _ask_of_whom(item: dict[str, Any], codes: Mapping[str, set[str]]) -> dict[str, Any]:
    """The item without conditions on questions or answers that are not there."""
    stated = item.get("asked_if", [])
    kept = [one for one in stated if {*one.get("one_of", ())} <= codes.get(one["item"], {None})]
    if kept == stated:
        return item
    ask = f"{CHECK}who was asked? What it depended on is no longer there"
    return _add_comment({**item, "asked_if": kept}, ask)


def _add_comment(item: Mapping[str, Any], said: str) -> dict[str, Any]:
    return {**item, COMMENT: "\n".join(filter(None, [str(item.get(COMMENT, "")), said]))}
