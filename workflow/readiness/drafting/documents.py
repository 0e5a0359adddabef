"""A draft as the document of a questionnaire; what must be looked at is a comment above it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from readiness.drafting.draft import Draft, ProposedQuestion
from readiness.drafting.metadata import EMPTY
from readiness.drafting.options import ONCE, OTHER, STRAY, ProposedAnswers
from readiness.drafting.wordings import OF_EXPORT, is_middle, name_word, names_sensitive
from readiness.questionnaire.items import LOWEST
from readiness.questionnaire.text import match_key, strip_markup
from readiness.questionnaire.writing import CHECK, COMMENT, DECIDED, write

# What is asked of all columns of a kind together.
ASKED_ONCE = {
    "personal": "set apart, for they say who somebody is:",
    "weight": "not read: weights (to use one: an item of kind number, with range: {decimals: 15}; "
    "in config.yaml, weight: {given: ITEM}):",
    "repeated": "not read, for rows share a value: one who answered twice (`respondent:`), or two:",
}
# What is asked of questions that may be none, by their names.
DOUBTFUL = (
    "questions, or columns that a survey tool or an office added (then, under export: ignored), as "
    "they are named:"
)
UNORDERED = (
    "options that are no known scale have no order (kind: single); kind: ordinal, lowest first, "
    "where they have one (boxes: {low: [...]} are the levels told first, else the two lowest)"
)
# Levels up to which the answers of a scale have words.
WORDED = 7
NOT_READ = dict.fromkeys(("ignored", *ASKED_ONCE, EMPTY), "not read")
_HEAD = (
    "Drafted from {source}.",
    "Each comment that begins with `check` is a decision of yours. When all are settled, delete",
    "the line `draft: true`: until then nothing is computed with this questionnaire.",
)


def draft_text(document: Mapping[str, Any], source: str, version: str = "1") -> str:
    """The file of a drafted questionnaire, whoever drafted the document."""
    said = [line.format(source=source) for line in _HEAD]
    more = str(document.get(COMMENT, "")).splitlines()
    head = {COMMENT: "\n".join([*said, *more]), "draft": True}
    head |= {"name": document["name"], "version": version}
    return write(head | {k: v for k, v in _mark_comments(document).items() if k not in head})


def _mark_comments(node: Any) -> Any:
    """Every comment below the head as an open decision."""
    if isinstance(node, Mapping):
        found = {key: _mark_comments(value) for key, value in node.items()}
        if COMMENT in found:
            lines = str(found[COMMENT]).splitlines()
            found[COMMENT] = "\n".join(
                line if line.startswith((CHECK, DECIDED)) else CHECK + line for line in lines
            )
        return found
    return [_mark_comments(child) for child in node] if isinstance(node, list | tuple) else node


def document_of(draft: Draft) -> dict[str, Any]:
    """The document of a draft, comments included."""
    said = [] if draft.told else [f"{CHECK}is {draft.language} the language of its texts?"]
    told = {h: b for h, b in draft.metadata.items() if b.role not in ("own", *ASKED_ONCE)}
    said += [f"{DECIDED}{h!r} is {NOT_READ.get(b.role, b.role)}: {b.why}" for h, b in told.items()]
    for role, asks in ASKED_ONCE.items():
        if named := [repr(header) for header, b in draft.metadata.items() if b.role == role]:
            said.append(f"{CHECK}{asks} {', '.join(named)}?")
    if draft.doubtful:
        listed = ", ".join(map(repr, draft.doubtful))
        said.append(f"{CHECK}{DOUBTFUL} {listed}?")
    if boxes := [each.id for each in draft.questions if each.kind == "multi"]:
        said.append(
            f"{CHECK}nothing ticked: not answered (blank_means: skipped), or none of them (none)? "
            f"{', '.join(boxes)}"
        )
    together = set()
    every = [check for each in draft.questions for check in each.answers.checks]
    strays = dict.fromkeys(check for check in every if check.startswith(STRAY))
    for asked in (*ONCE, *strays):
        of = [each.id for each in draft.questions if asked in each.answers.checks]
        if len(of) > 1:
            together.add(asked)
            said.append(f"{CHECK}{asked} {', '.join(of)}")
    if any(each.kind == "single" for each in draft.questions):
        said.append(f"{DECIDED}{UNORDERED}")
    document: dict[str, Any] = {
        COMMENT: "\n".join(said),
        "name": draft.name,
        "language": draft.language,
        "title": {draft.language: draft.name.replace("-", " ")},
    }
    export: dict[str, Any] = {}
    ignored: list[str] = []
    for header, column in draft.metadata.items():
        if column.role in OF_EXPORT and column.role not in export:
            export[column.role] = header
        elif column.role != "own":
            ignored.append(header)
    if ignored:
        export["ignored"] = ignored
    if export:
        document["export"] = export
    # The header of a column of its own is that of the file, whoever else begins with it.
    alone = [each.block.columns[0] for each in draft.questions if each.block.kind == "one"]
    columns = {match_key(column.header) for column in alone}
    items = [_write_item(each, draft.language, columns, together) for each in draft.questions]
    document["items"] = items
    # What several questions are called, as an answer and its code are, their columns tell apart.
    named = [item.get("label", {}).get(draft.language, item["column"]) for item in items]
    texts = Counter(named)
    for item, text in zip(items, named, strict=True):
        if "label" in item and texts[text] > 1:
            item["label"] = {draft.language: f"{text} [{item['column']}]"}
    return document


def _write_item(
    question: ProposedQuestion, language: str, columns: set[str], together: set[str]
) -> dict[str, Any]:
    """One item; `columns` are the match keys of headers that are taken, which it adds to.

    `together`: what is asked of several questions at once.
    """
    answers, block = question.answers, question.block
    checks = [*([block.check] if block.check else []), *answers.checks]
    checks = [said for said in checks if said not in together]
    item: dict[str, Any] = {"id": question.id, "kind": answers.kind}
    question_text = strip_markup(block.question).rstrip(" :-") or block.question
    header = block.columns[0].header if block.kind == "one" else question_text
    taken = columns | {match_key(option.column) for option in answers.options}
    if block.kind != "one" and match_key(header) in taken:
        # A text that several questions or options share; their columns tell them apart.
        shared = f"{header} ({answers.kind})"
        header = shared if match_key(question.id) in taken else question.id
        header = f"{question_text} [{question.id}]" if question.rows else header
    columns.add(match_key(header))
    if question.rows:
        item |= {"kind": "grid", "each": answers.kind}
    item["column"] = header
    if block.kind == "slots":
        item["variable"] = [column.header for column in block.columns]
    if question.rows:
        item["rows"] = [
            {
                "id": own,
                "text": (strip_markup(row) or row)
                + (f" [{column.header}]" if block.rows.count(row) > 1 else ""),
                "column": column.header,
            }
            for own, column, row in zip(question.rows, block.columns, block.rows, strict=True)
        ]
    elif question_text != header:
        item["label"] = {language: question_text}
    if question.routing is not None:
        hint = question.routing
        said = f"{DECIDED}asked of these only: {hint.inside:.1%} of them answered, and nobody else"
        if hint.strays:
            # A routing discards what others answered: that is a person's decision.
            said = (
                f"asked only where {hint.item} is {', '.join(hint.one_of)}? {hint.inside:.1%} of "
                f"these answered; asked_if would discard the answers of {hint.strays} others"
            )
        else:
            item["asked_if"] = [{"item": hint.item, "one_of": list(hint.one_of)}]
        checks.append(said)
    if answers.kind == "multi":
        item["blank_means"] = "skipped"
    if block.kind == "ranking" and len(block.columns) < len(answers.options):
        item["ranks"] = len(block.columns)
    if answers.unranked:
        item["unranked"] = {language: name_word("unranked", language)}
    if answers.ends is not None:
        item["scale"] = dict(zip(("low", "high"), answers.ends, strict=True))
        for end, label in zip(("low_label", "high_label"), answers.named or (), strict=False):
            item["scale"][end] = {language: label}
    unit = {language: answers.unit} if answers.unit else None
    limits = {"decimals": answers.decimals, "unit": unit, "thousands": answers.thousands}
    if any(limits.values()):
        item["range"] = {name: value for name, value in limits.items() if value}
    if answers.options and answers.ends is None:
        keys = ("code", "value", "text", "column", "other", "exclusive")
        every = [{key: getattr(option, key) for key in keys} for option in answers.options]
        for each in every:
            each["text"] = name_word("other", language) if each["text"] == OTHER else each["text"]
            # Typeform marks the commas of an option that others stand behind.
            if "\\," in each["text"]:
                each["labels"] = {language: each["text"].replace("\\,", ",")}
        item["categories"] = [{k: v for k, v in each.items() if v} for each in every]
        half = len(every) // 2
        half = next((k for k in range(1, half) if is_middle(every[k]["text"])), half)
        if answers.kind == "ordinal" and half != LOWEST < len(every) <= WORDED:
            # Two of three levels are no low end, nor two of seven, nor the middle of a scale.
            item["boxes"] = {"low": [each["code"] for each in every[:half]]}
    if answers.outside is not None:
        text, value = answers.outside
        item["dont_know"] = {"text": text, **({"value": value} if value else {})}
        if names_sensitive(question_text) and not question.rows:
            item["sensitive"] = True
            checks.append(f"sensitive: true protects who said {text!r}, too; is it a secret?")
    checks += _put_missing(answers, item)
    if checks:
        item[COMMENT] = "\n".join(s if s.startswith(DECIDED) else CHECK + s for s in checks)
    return item


def _put_missing(answers: ProposedAnswers, item: dict[str, Any]) -> list[str]:
    """Put what is no answer into the item; returns what to look at.

    A label that several values share, or that is also an option, cannot say which value is no
    answer: such a value is known by itself, or by its label with the value behind it.
    """
    if not answers.missing:
        return []
    item["missing"] = []
    options = item.get("categories", [])
    taken = {match_key(option["text"]) for option in options}
    taken |= {match_key(option["value"]) for option in options if "value" in option}
    for text, value, means in answers.missing:
        names = [text, value, f"{text} [{value}]"] if value else [text]
        called = next((name for name in names if match_key(name) not in taken), "")
        if called:
            taken.add(match_key(called))
            known = {"value": value} if value and called != value else {}
            item["missing"].append({**known, "text": called, "means": means})
    return [f"{DECIDED}{text!r} is no answer ({means})" for text, _, means in answers.missing]
