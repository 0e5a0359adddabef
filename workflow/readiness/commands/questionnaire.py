"""Check a questionnaire, or write it as a codebook or a draft.

FILE is a questionnaire (a YAML file, or its name in data/questionnaires), an XLSForm (.xlsx, .xls)
or an SPSS file (.sav). Without --to, the command lists what the questionnaire holds, what is still
open, and what changed since the last version. The formats of --to:

  codebook   a page for readers, in one file          table    the codebook as CSV
  header     the empty header row of an export        yaml     a draft to edit

Examples:
  readiness questionnaire ai-readiness-1
  readiness questionnaire ai-readiness-1 --to codebook --out codebook.html --language fr
  readiness questionnaire form.xlsx --to yaml --out data/questionnaires/libraries-1.yaml
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from readiness.commands.starting.export_tables import export_table
from readiness.datasets.add import read_whole
from readiness.drafting import document_of, draft_text, make_draft
from readiness.ground.errors import ConfigError
from readiness.ground.facts import Fact, Listed, Value
from readiness.ground.files import read_file, write_atomically
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.ground.tables import records_to_csv, rows_to_csv
from readiness.language import LANGUAGES, tell
from readiness.questionnaire import (
    FrameVariable,
    Item,
    Questionnaire,
    load_questionnaire,
    questionnaire_of,
)
from readiness.questionnaire.codebook import COLUMNS, table
from readiness.questionnaire.versions import changes, kind_of
from readiness.questionnaire.writing import form_name, open_decisions
from readiness.questionnaire.xlsform import from_xlsform
from readiness.site.codebook import codebook_page

# Most places without a label that are named.
MOST_PLACES = 3


def summary(questionnaire: Questionnaire, file: str) -> Iterator[Fact]:
    """Yield the contents of a questionnaire as facts: the file first, missing labels last."""
    q = questionnaire
    yield Fact("questionnaire.read.head", {"file": file, "questionnaire": q.id})
    kinds = Counter(kind_of(item) for item in q.items)
    listed = tuple(
        Fact("language.labelled", {"label": kind, "what": n}) for kind, n in kinds.items()
    )
    yield Fact("questionnaire.read.items", {"n": len(q.items), "kinds": Listed(listed, "comma")})
    if q.grids:
        grids = Listed(tuple(grid.id for grid in q.grids), "comma")
        yield Fact("questionnaire.read.grids", {"n": len(q.grids), "grids": grids})
    flagged_items = {
        "questionnaire.read.routed": tuple(item.id for item in q.items if item.asked_if),
        "questionnaire.read.required": tuple(item.id for item in q.items if item.required),
        "questionnaire.read.personal": tuple(item.id for item in q.items if item.personal),
    }
    for kind, items in flagged_items.items():
        if items:
            yield Fact(kind, {"n": len(items), "items": Listed(items, "comma")})
    yield from _tell_groups(q)
    if q.frame:
        variables = Listed(tuple(variable.id for variable in q.frame), "comma")
        yield Fact("questionnaire.read.frame", {"variables": variables})
    yield from _tell_languages(q)


def _tell_groups(q: Questionnaire) -> Iterator[Fact]:
    """Yield which groups are weighted, and which are apart."""
    if q.group_item is None:
        yield Fact("questionnaire.read.one_group")
        return
    labels = {c.code: c.text for c in q.item(q.group_item).categories}
    weighted = Listed(tuple(labels[code] for code in q.weighted_groups), "comma")
    values: dict[str, Value] = {"item": q.group_item, "weighted": weighted}
    if q.groups_apart:
        apart = Listed(tuple(labels[code] for code in q.groups_apart), "comma")
        yield Fact("questionnaire.read.apart", {**values, "apart": apart})
    else:
        yield Fact("questionnaire.read.groups", values)


def _tell_languages(q: Questionnaire) -> Iterator[Fact]:
    """Yield the complete languages, then the missing labels of the others."""
    labelled = list(_list_labels(q))
    unlabelled = {
        language: [place for place, labels in labelled if language not in labels]
        for language in q.label_languages
    }
    if complete_languages := [language for language, missing in unlabelled.items() if not missing]:
        yield Fact(
            "questionnaire.read.languages",
            {"languages": Listed(tuple(complete_languages), "comma")},
        )
    for language, missing in unlabelled.items():
        if missing:
            places = Listed(tuple(missing[:MOST_PLACES]), "comma")
            values: dict[str, Value] = {"language": language, "n": len(missing), "places": places}
            yield Fact("questionnaire.read.lacks", values)


def _list_labels(q: Questionnaire) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each place of a text for readers, with its labels by language."""
    yield "title", q.title.root
    parts: list[Item | FrameVariable] = [*q.items, *q.frame]
    for part in parts:
        yield part.id, part.label.root
        yield from ((f"{part.id}.{c.code}", c.labels) for c in part.categories)
        if isinstance(part, Item) and part.dont_know:
            yield f"{part.id}.dont_know", part.dont_know.labels
        if isinstance(part, Item) and part.range and part.range.unit:
            yield f"{part.id}.unit", part.range.unit.root


def header(questionnaire: Questionnaire) -> list[str]:
    """Return the header of an export, in the form's order.

    One column for each item, or for each option.
    """
    metadata_columns = (questionnaire.export.timestamp, questionnaire.export.invitation)
    columns = [text for text in metadata_columns if text]
    for item in questionnaire.items:
        if item.derived_from:
            continue
        spread = [category.column for category in item.categories if category.column]
        option_columns = spread if len(spread) == len(item.categories) else ()
        columns += option_columns or item.slots or (item.column,)
    return columns


FORMS = ("codebook", "table", "header", "yaml")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="questionnaire, XLSForm or SPSS file to read")
    add(
        "--since",
        type=Path,
        metavar="OLD",
        help="earlier version to list changes from (default: the last one)",
    )
    add(
        "--language",
        choices=LANGUAGES,
        default="en",
        help="language of the output (default: en)",
    )
    add(
        "--written-in",
        metavar="CODE",
        help="language of the labels in an XLSForm or SPSS file (default: the one named in FILE)",
    )
    add = parser.add_argument_group("write it as something else").add_argument
    add("--to", choices=FORMS, help="format to write")
    add("--out", type=Path, metavar="PATH", help="file to write (default: the terminal)")


def run(arguments: argparse.Namespace) -> int:
    """Print a summary, or write the questionnaire in another format; return 0."""
    questionnaire, text = read_any_kind(arguments.file, arguments.written_in)
    facts, since = [*summary(questionnaire, str(arguments.file))], list[Fact]()
    if open_ := open_decisions(text):
        facts.append(Fact("questionnaire.read.open", {"n": open_}))
    if (
        earlier_file := arguments.since or _find_earlier(_place(arguments.file), questionnaire)
    ) is not None:
        old, _ = read_any_kind(earlier_file, arguments.written_in)
        since = changes(old, questionnaire)
        facts.append(Fact("questionnaire.read.since", {"questionnaire": old.id, "n": len(since)}))
    if arguments.to is None:
        print("\n".join(tell(fact, arguments.language) for fact in (*facts, *since)))
        return 0
    content = text
    if arguments.to == "header":
        content = rows_to_csv([header(questionnaire)])
    elif arguments.to == "table":
        records = table(questionnaire, arguments.language)
        content = records_to_csv(records) if records else rows_to_csv([COLUMNS])
    elif arguments.to == "codebook":
        sentences = [tell(fact, arguments.language) for fact in facts[1:]]
        content = codebook_page(questionnaire, arguments.language, sentences, since)
    if arguments.out is not None:
        for path in (arguments.file, arguments.since):
            if path is not None and _place(path).resolve() == arguments.out.resolve():
                raise ConfigError(
                    f"--out {arguments.out} is the input file. Name another file to write."
                )
        write_atomically(arguments.out, content)
        print(f"written: {arguments.out}")
    else:
        sys.stdout.write(content)
    return 0


def _find_earlier(path: Path, questionnaire: Questionnaire) -> Path | None:
    """Return the file of the last version before this one; None where there is none."""
    prefix = f"{questionnaire.name}-"
    versions = {
        int(file.stem.removeprefix(prefix)): file
        for file in path.parent.glob(f"{prefix}*{path.suffix}")
        if file.stem.removeprefix(prefix).isdecimal()
    }
    older = [version for version in versions if version < int(questionnaire.version)]
    return versions[max(older)] if older and path.suffix in (".yaml", ".yml") else None


def _place(path: Path) -> Path:
    named = Path("data/questionnaires") / f"{path}.yaml"
    return named if not path.is_file() and named.is_file() else path


def read_any_kind(path: Path, written_in: str | None = None) -> tuple[Questionnaire, str]:
    """Read the questionnaire in a file of any kind; return it with its text as YAML.

    Raises ConfigError or DataError where the file is no questionnaire.
    """
    path = _place(path)
    kind = path.suffix.lower()
    if kind in (".yaml", ".yml"):
        return load_questionnaire(path), read_file(path).decode("utf-8-sig")
    if kind in (".xlsx", ".xls", ".xlsm"):
        document = from_xlsform(path, written_in)
    elif kind in (".sav", ".zsav"):
        table = export_table(path, read_whole(path))
        draft = make_draft(table, form_name(path.stem), path.name, language=written_in or "")
        document = {"version": "1", **document_of(draft)}
    else:
        raise ConfigError(
            f"{path}: {'no questionnaire' if path.exists() else 'file not found'}. Name a YAML "
            "file (.yaml), an XLSForm (.xlsx, .xls) or an SPSS file (.sav)."
        )
    text = draft_text(document, path.name, document["version"])
    document = dict(read_yaml_text(text, TextLoader))
    return questionnaire_of(document, str(path)), text
