"""Convert a draft to the document of a questionnaire, with the checks as comments."""

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

# Questions asked once about all columns of a role.
ASKED_ONCE = {
    "personal": "set apart, for they say who somebody is:",
    "weight": "not read: weights (to use one: an item of kind number, with range: {decimals: 15}; "
    "in config.yaml, weight: {given: ITEM}):",
    "repeated": "not read, for rows share a value: one who answered twice (`respondent:`), or two:",
}
# Question about columns whose names make it doubtful that they are questions.
DOUBTFUL = (
    "questions, or columns that a survey tool or an office added (then, under export: ignored), as "
    "they are named:"
)
UNORDERED = (
    "options that are no known scale have no order (kind: single); kind: ordinal, lowest first, "
    "where they have one (boxes: {low: [...]} are the levels told first, else the two lowest)"
)
# Largest number of levels of a scale whose answers have words.
WORDED = 7
NOT_READ = dict.fromkeys(("ignored", *ASKED_ONCE, EMPTY), "not read")
_HEAD = (
    "Drafted from {source}.",
    "Each comment that begins with `check` is a decision of yours. When all are settled, delete",
    "the line `draft: true`: until then nothing is computed with this questionnaire.",
)


def draft_text(document: Mapping[str, Any], source: str, version: str = "1") -> str:
    """Return the text of a drafted questionnaire's file, from the document of any draft.

    `source`: the draft's source, in words.
    """
    head_lines = [line.format(source=source) for line in _HEAD]
    further_lines = str(document.get(COMMENT, "")).splitlines()
    head = {COMMENT: "\n".join([*head_lines, *further_lines]), "draft": True}
    head |= {"name": document["name"], "version": version}
    return write(head | {k: v for k, v in _mark_comments(document).items() if k not in head})


def _mark_comments(node: Any) -> Any:
    """Return a document with every comment below the head marked as an open decision."""
    if isinstance(node, Mapping):
        marked = {key: _mark_comments(value) for key, value in node.items()}
        if COMMENT in marked:
            lines = str(marked[COMMENT]).splitlines()
            marked[COMMENT] = "\n".join(
                line if line.startswith((CHECK, DECIDED)) else CHECK + line for line in lines
            )
        return marked
    return [_mark_comments(child) for child in node] if isinstance(node, list | tuple) else node


def document_of(draft: Draft) -> dict[str, Any]:
    """Return the document of a draft, with its comments."""
    head_lines = [] if draft.told else [f"{CHECK}is {draft.language} the language of its texts?"]
    skipped_columns = {
        h: b for h, b in draft.metadata.items() if b.role not in ("own", *ASKED_ONCE)
    }
    head_lines += [
        f"{DECIDED}{h!r} is {NOT_READ.get(b.role, b.role)}: {b.why}"
        for h, b in skipped_columns.items()
    ]
    for role, asks in ASKED_ONCE.items():
        if quoted_headers := [
            repr(header) for header, b in draft.metadata.items() if b.role == role
        ]:
            head_lines.append(f"{CHECK}{asks} {', '.join(quoted_headers)}?")
    if draft.doubtful:
        listed = ", ".join(map(repr, draft.doubtful))
        head_lines.append(f"{CHECK}{DOUBTFUL} {listed}?")
    if boxes := [question.id for question in draft.questions if question.kind == "multi"]:
        head_lines.append(
            f"{CHECK}nothing ticked: not answered (blank_means: skipped), or none of them (none)? "
            f"{', '.join(boxes)}"
        )
    checks_together = set()
    all_checks = [check for question in draft.questions for check in question.answers.checks]
    strays = dict.fromkeys(check for check in all_checks if check.startswith(STRAY))
    for shared_check in (*ONCE, *strays):
        item_ids = [
            question.id for question in draft.questions if shared_check in question.answers.checks
        ]
        if len(item_ids) > 1:
            checks_together.add(shared_check)
            head_lines.append(f"{CHECK}{shared_check} {', '.join(item_ids)}")
    if any(question.kind == "single" for question in draft.questions):
        head_lines.append(f"{DECIDED}{UNORDERED}")
    document: dict[str, Any] = {
        COMMENT: "\n".join(head_lines),
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
    # A single column keeps the header of the file, even where other headers begin with it.
    single_columns = [
        question.block.columns[0] for question in draft.questions if question.block.kind == "one"
    ]
    columns = {match_key(column.header) for column in single_columns}
    items = [
        _write_item(question, draft.language, columns, checks_together)
        for question in draft.questions
    ]
    document["items"] = items
    # The column distinguishes questions with one label, such as an answer and its code.
    quoted_headers = [item.get("label", {}).get(draft.language, item["column"]) for item in items]
    texts = Counter(quoted_headers)
    for item, text in zip(items, quoted_headers, strict=True):
        if "label" in item and texts[text] > 1:
            item["label"] = {draft.language: f"{text} [{item['column']}]"}
    return document


def _write_item(
    question: ProposedQuestion, language: str, columns: set[str], together: set[str]
) -> dict[str, Any]:
    """Return the document of one item; add its header to `columns`.

    `columns`: match keys of headers in use. `together`: checks that the head of the file states
    once.
    """
    answers, block = question.answers, question.block
    checks = [*([block.check] if block.check else []), *answers.checks]
    checks = [check for check in checks if check not in together]
    item: dict[str, Any] = {"id": question.id, "kind": answers.kind}
    question_text = strip_markup(block.question).rstrip(" :-") or block.question
    header = block.columns[0].header if block.kind == "one" else question_text
    taken = columns | {match_key(option.column) for option in answers.options}
    if block.kind != "one" and match_key(header) in taken:
        # A text that several questions or options share; their columns distinguish them.
        with_kind = f"{header} ({answers.kind})"
        header = with_kind if match_key(question.id) in taken else question.id
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
                "id": row_id,
                "text": (strip_markup(row) or row)
                + (f" [{column.header}]" if block.rows.count(row) > 1 else ""),
                "column": column.header,
            }
            for row_id, column, row in zip(question.rows, block.columns, block.rows, strict=True)
        ]
    elif question_text != header:
        item["label"] = {language: question_text}
    if question.routing is not None:
        hint = question.routing
        check = f"{DECIDED}asked of these only: {hint.inside:.1%} of them answered, and nobody else"
        if hint.strays:
            # Routing would discard the answers of others: a person must decide.
            check = (
                f"asked only where {hint.item} is {', '.join(hint.one_of)}? {hint.inside:.1%} of "
                f"these answered; asked_if would discard the answers of {hint.strays} others"
            )
        else:
            item["asked_if"] = [{"item": hint.item, "one_of": list(hint.one_of)}]
        checks.append(check)
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
        option_fields = [{key: getattr(option, key) for key in keys} for option in answers.options]
        for fields in option_fields:
            fields["text"] = (
                name_word("other", language) if fields["text"] == OTHER else fields["text"]
            )
            # Typeform escapes the commas of an option that is not the last.
            if "\\," in fields["text"]:
                fields["labels"] = {language: fields["text"].replace("\\,", ",")}
        item["categories"] = [{k: v for k, v in fields.items() if v} for fields in option_fields]
        half = len(option_fields) // 2
        half = next((k for k in range(1, half) if is_middle(option_fields[k]["text"])), half)
        if answers.kind == "ordinal" and half != LOWEST < len(option_fields) <= WORDED:
            # The lowest two are too many of three levels, too few of seven, and must not include
            # the middle of a scale.
            item["boxes"] = {"low": [fields["code"] for fields in option_fields[:half]]}
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
    """Put the missing codes into the item; return the comments about them.

    A label that several values share, or that is also an option, does not identify a missing code:
    the code then has its value as the text, or its label followed by the value.
    """
    if not answers.missing:
        return []
    item["missing"] = []
    options = item.get("categories", [])
    taken = {match_key(option["text"]) for option in options}
    taken |= {match_key(option["value"]) for option in options if "value" in option}
    for text, value, means in answers.missing:
        names = [text, value, f"{text} [{value}]"] if value else [text]
        unique_name = next((name for name in names if match_key(name) not in taken), "")
        if unique_name:
            taken.add(match_key(unique_name))
            value_field = {"value": value} if value and unique_name != value else {}
            item["missing"].append({**value_field, "text": unique_name, "means": means})
    return [f"{DECIDED}{text!r} is no answer ({means})" for text, _, means in answers.missing]
