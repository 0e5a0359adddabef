"""Convert a draft to the document of a questionnaire, with the checks as comments."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any

from readiness.drafting.draft import Draft, ProposedQuestion
from readiness.drafting.metadata import EMPTY, MetadataColumns
from readiness.drafting.options import ONCE, OTHER, STRAY, ProposedAnswers, ProposedOption
from readiness.drafting.routing import Hint
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
    shared_checks = _find_shared_checks(draft.questions)
    document: dict[str, Any] = {
        COMMENT: "\n".join(_head_comments(draft, shared_checks)),
        "name": draft.name,
        "language": draft.language,
        "title": {draft.language: draft.name.replace("-", " ")},
    }
    if export := _export_section(draft.metadata):
        document["export"] = export
    # A single column keeps the header of the file, even where other headers begin with it.
    single_columns = [
        question.block.columns[0] for question in draft.questions if question.block.kind == "one"
    ]
    columns = {match_key(column.header) for column in single_columns}
    document["items"] = [
        _write_item(question, draft.language, columns, shared_checks.keys())
        for question in draft.questions
    ]
    _distinguish_labels(document["items"], draft.language)
    return document


def _find_shared_checks(questions: Sequence[ProposedQuestion]) -> dict[str, list[str]]:
    """Return the checks that the head of the file states once, each with the ids it concerns.

    They are the checks of `ONCE` and of stray texts that several questions have.
    """
    all_checks = [check for question in questions for check in question.answers.checks]
    stray_checks = [check for check in all_checks if check.startswith(STRAY)]
    ids_by_check = {
        check: [question.id for question in questions if check in question.answers.checks]
        for check in (*ONCE, *stray_checks)
    }
    return {check: item_ids for check, item_ids in ids_by_check.items() if len(item_ids) > 1}


def _head_comments(draft: Draft, shared_checks: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the comments at the head of the file, on language, columns and shared checks."""
    comments = [] if draft.told else [f"{CHECK}is {draft.language} the language of its texts?"]
    for header, column in draft.metadata.items():
        if column.role not in ("own", *ASKED_ONCE):
            role = NOT_READ.get(column.role, column.role)
            comments.append(f"{DECIDED}{header!r} is {role}: {column.why}")
    for role, asks in ASKED_ONCE.items():
        headers = [header for header, column in draft.metadata.items() if column.role == role]
        if headers:
            comments.append(f"{CHECK}{asks} {', '.join(map(repr, headers))}?")
    if draft.doubtful:
        comments.append(f"{CHECK}{DOUBTFUL} {', '.join(map(repr, draft.doubtful))}?")
    ticked_ids = [question.id for question in draft.questions if question.kind == "multi"]
    if ticked_ids:
        comments.append(
            f"{CHECK}nothing ticked: not answered (blank_means: skipped), or none of them (none)? "
            f"{', '.join(ticked_ids)}"
        )
    for check, item_ids in shared_checks.items():
        comments.append(f"{CHECK}{check} {', '.join(item_ids)}")
    if any(question.kind == "single" for question in draft.questions):
        comments.append(f"{DECIDED}{UNORDERED}")
    return comments


def _export_section(metadata: Mapping[str, MetadataColumns]) -> dict[str, Any]:
    """Return the section `export`: the columns of the export that are no questions, by role."""
    export: dict[str, Any] = {}
    ignored: list[str] = []
    for header, column in metadata.items():
        if column.role in OF_EXPORT and column.role not in export:
            export[column.role] = header
        elif column.role != "own":
            ignored.append(header)
    if ignored:
        export["ignored"] = ignored
    return export


def _distinguish_labels(items: Sequence[dict[str, Any]], language: str) -> None:
    """Append the header to a label that several items share."""
    labels = [item.get("label", {}).get(language, item["column"]) for item in items]
    uses = Counter(labels)
    for item, label in zip(items, labels, strict=True):
        if "label" in item and uses[label] > 1:
            item["label"] = {language: f"{label} [{item['column']}]"}


def _write_item(
    question: ProposedQuestion,
    language: str,
    columns: set[str],
    shared_checks: Collection[str],
) -> dict[str, Any]:
    """Return the document of one item; add its header to `columns`.

    `columns`: match keys of headers in use. `shared_checks`: checks that the head of the file
    states once.
    """
    answers, block = question.answers, question.block
    checks = [*([block.check] if block.check else []), *answers.checks]
    checks = [check for check in checks if check not in shared_checks]
    item: dict[str, Any] = {"id": question.id, "kind": answers.kind}
    question_text = strip_markup(block.question).rstrip(" :-") or block.question
    header = _choose_header(question, question_text, columns)
    columns.add(match_key(header))
    if question.rows:
        item |= {"kind": "grid", "each": answers.kind}
    item["column"] = header
    if block.kind == "slots":
        item["variable"] = [column.header for column in block.columns]
    if question.rows:
        item["rows"] = _row_fields(question)
    elif question_text != header:
        item["label"] = {language: question_text}
    if question.routing is not None:
        routing_fields, check = _routing_fields(question.routing)
        item |= routing_fields
        checks.append(check)
    if answers.kind == "multi":
        item["blank_means"] = "skipped"
    if block.kind == "ranking" and len(block.columns) < len(answers.options):
        item["ranks"] = len(block.columns)
    item |= _answer_fields(answers, language)
    if answers.outside is not None:
        text, value = answers.outside
        item["dont_know"] = {"text": text, **({"value": value} if value else {})}
    checks += _put_missing(answers, item)
    unsure = [answers.outside[0]] if answers.outside else []
    unsure += [each["text"] for each in item.get("missing", []) if each["means"] == "dont_know"]
    if unsure and names_sensitive(question_text) and not question.rows:
        item["sensitive"] = True
        checks.append(f"sensitive: true protects who said {unsure[0]!r}, too; is it a secret?")
    if checks:
        item[COMMENT] = "\n".join(s if s.startswith(DECIDED) else CHECK + s for s in checks)
    return item


def _choose_header(question: ProposedQuestion, question_text: str, columns: Set[str]) -> str:
    """Return the text of an item's `column`: its header, or the text of a block of columns.

    If another question or option has that text, the kind or the id is appended, or replaces the
    text. `columns`: match keys of headers in use.
    """
    if question.block.kind == "one":
        return question.block.columns[0].header
    taken = columns | {match_key(option.column) for option in question.answers.options}
    if match_key(question_text) not in taken:
        return question_text
    if question.rows:
        return f"{question_text} [{question.id}]"
    if match_key(question.id) in taken:
        return f"{question_text} ({question.answers.kind})"
    return question.id


def _row_fields(question: ProposedQuestion) -> list[dict[str, str]]:
    """Return id, text and column of each row of a grid; rows of one text also name the column."""
    rows = []
    block = question.block
    for row_id, column, row in zip(question.rows, block.columns, block.rows, strict=True):
        text = strip_markup(row) or row
        if block.rows.count(row) > 1:
            text += f" [{column.header}]"
        rows.append({"id": row_id, "text": text, "column": column.header})
    return rows


def _routing_fields(hint: Hint) -> tuple[dict[str, Any], str]:
    """Return the field `asked_if` of an item that seems to be routed, and a comment.

    If other respondents answered too, there is no field: routing would discard their answers, which
    is for the analyst to decide.
    """
    if hint.strays:
        return {}, (
            f"asked only where {hint.item} is {', '.join(hint.one_of)}? {hint.inside:.1%} of "
            f"these answered; asked_if would discard the answers of {hint.strays} others"
        )
    asked_if = [{"item": hint.item, "one_of": list(hint.one_of)}]
    comment = (
        f"{DECIDED}asked of these only: {hint.inside:.1%} of them answered, and nobody who "
        f"answered {hint.item} otherwise"
    )
    return {"asked_if": asked_if}, comment


def _answer_fields(answers: ProposedAnswers, language: str) -> dict[str, Any]:
    """Return the fields of an item on its answers: scale, range, categories, boxes."""
    fields: dict[str, Any] = {}
    if answers.unranked:
        fields["unranked"] = {language: name_word("unranked", language)}
    if answers.ends is not None:
        fields["scale"] = dict(zip(("low", "high"), answers.ends, strict=True))
        for end, label in zip(("low_label", "high_label"), answers.named or (), strict=False):
            fields["scale"][end] = {language: label}
    unit = {language: answers.unit} if answers.unit else None
    limits = {"decimals": answers.decimals, "unit": unit, "thousands": answers.thousands}
    if any(limits.values()):
        fields["range"] = {name: value for name, value in limits.items() if value}
    if answers.options and answers.ends is None:
        fields["categories"] = [_category_fields(option, language) for option in answers.options]
        low_codes = _find_low_levels(answers.kind, fields["categories"])
        if low_codes:
            fields["boxes"] = {"low": low_codes}
    return fields


def _category_fields(option: ProposedOption, language: str) -> dict[str, Any]:
    """Return the fields of an option for the file, without empty ones."""
    keys = ("code", "value", "text", "column", "other", "exclusive")
    fields = {key: getattr(option, key) for key in keys}
    if option.text == OTHER:
        fields["text"] = name_word("other", language)
    # Typeform escapes the commas of an option that is not the last.
    if "\\," in fields["text"]:
        fields["labels"] = {language: fields["text"].replace("\\,", ",")}
    return {key: value for key, value in fields.items() if value}


def _find_low_levels(kind: str, categories: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the codes of the levels below the middle of a scale.

    By default, reports add up the lowest two levels, which are too many of three levels and too few
    of seven. The middle level must not be added. Returns [] where the default is right, or where
    the scale has too few or too many levels.
    """
    if kind != "ordinal" or not LOWEST < len(categories) <= WORDED:
        return []
    half = len(categories) // 2
    middle = (level for level in range(1, half) if is_middle(categories[level]["text"]))
    half = next(middle, half)
    return [category["code"] for category in categories[:half]] if half != LOWEST else []


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
