"""Check a questionnaire, and make of it what other programs and people need.

readiness questionnaire FILE                       what it holds, and what is still open
readiness questionnaire FILE --since OLD           what changed since another version than the last
readiness questionnaire FILE --to FORM --out PATH  write it as something else

FILE is a questionnaire (.yaml, or its name below data/questionnaires), an XLSForm (.xlsx, .xls) or
an SPSS file (.sav), drafted of its labels and answers. FORM is

  codebook   a page for readers, in one file          table    the codebook as CSV
  xlsform    a form for ODK and KoboToolbox           header   the empty header of an export
  yaml       a draft, for you to edit

Without --out it is printed. --language says codebook and table in another language; --written-in
names the language of an XLSForm or .sav that does not name it.
"""

import argparse
import sys
from pathlib import Path

from readiness.bounded import TextLoader, read_yaml_text
from readiness.commands.starting.beginnings import export_table
from readiness.datasets.add import read_whole
from readiness.drafting import document_of, draft_text, make_draft
from readiness.errors import ConfigError
from readiness.facts import Fact
from readiness.files import read_file, write_atomically
from readiness.language import LANGUAGES, tell
from readiness.questionnaire import Questionnaire, load_questionnaire, questionnaire_of
from readiness.questionnaire.codebook import COLUMNS, table
from readiness.questionnaire.summary import header, summary
from readiness.questionnaire.writing import form_name, open_decisions
from readiness.questionnaire.xlsform import from_xlsform, to_xlsform
from readiness.site.codebook import codebook_page
from readiness.tables import records_to_csv, rows_to_csv

FORMS = ("codebook", "table", "xlsform", "header", "yaml")
HOME = Path("data/questionnaires")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("file", type=Path, help="a questionnaire, an XLSForm, an SPSS file")
    parser.add_argument("--to", choices=FORMS, help="what to make of it")
    parser.add_argument("--out", type=Path, metavar="PATH", help="the file to write")
    parser.add_argument("--since", type=Path, metavar="OLD", help="the version before")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of what is said")
    parser.add_argument("--written-in", metavar="CODE", help="the language of the file's labels")


def run(arguments: argparse.Namespace) -> int:
    """Print or write what is asked for; returns 0."""
    found, text = read_any_kind(arguments.file, arguments.written_in)
    facts, since = [*summary(found, str(arguments.file))], list[Fact]()
    if open_ := open_decisions(text):
        facts.append(Fact("questionnaire.read.open", {"n": open_}))
    if (before := arguments.since or _find_earlier(_place(arguments.file), found)) is not None:
        from readiness.questionnaire.versions import changes

        old, _ = read_any_kind(before, arguments.written_in)
        since = changes(old, found)
        facts.append(Fact("questionnaire.read.since", {"questionnaire": old.id, "n": len(since)}))
    if arguments.to is None:
        print("\n".join(tell(fact, arguments.language) for fact in (*facts, *since)))
        return 0
    if arguments.to == "yaml":
        content: str | bytes = text
    elif arguments.to == "xlsform":
        content = to_xlsform(found)
    elif arguments.to == "header":
        content = rows_to_csv([header(found)])
    elif arguments.to == "table":
        records = table(found, arguments.language)
        content = records_to_csv(records) if records else rows_to_csv([COLUMNS])
    else:
        told = [tell(fact, arguments.language) for fact in facts[1:]]
        content = codebook_page(found, arguments.language, told, since)
    if arguments.out is not None:
        for path in (arguments.file, arguments.since):
            if path is not None and _place(path).resolve() == arguments.out.resolve():
                raise ConfigError(f"--out {arguments.out}: that file is read; name another one.")
        write_atomically(arguments.out, content)
        print(f"written: {arguments.out}")
    elif isinstance(content, bytes):
        raise ConfigError("--to xlsform is a workbook: name its file with --out PATH.")
    else:
        sys.stdout.write(content)
    return 0


def _find_earlier(path: Path, questionnaire: Questionnaire) -> Path | None:
    found = {
        int(other.stem.rpartition("-")[2]): other
        for other in path.parent.glob(f"{questionnaire.name}-*{path.suffix}")
        if other.stem.rpartition("-")[2].isdecimal()
        and other.stem.rpartition("-")[0] == questionnaire.name
    }
    older = [version for version in found if version < int(questionnaire.version)]
    return found[max(older)] if older and path.suffix in (".yaml", ".yml") else None


def _place(path: Path) -> Path:
    named = HOME / f"{path}.yaml"
    return named if not path.is_file() and named.is_file() else path


def read_any_kind(path: Path, written_in: str | None = None) -> tuple[Questionnaire, str]:
    """The questionnaire in a file of any kind, and its text; ConfigError or DataError where it is
    none.
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
            f"{path}: {'not found' if not path.exists() else 'no questionnaire'}; expected a .yaml,"
            " an XLSForm (.xlsx, .xls) or an SPSS file (.sav)."
        )
    text = draft_text(document, path.name, document["version"])
    document = dict(read_yaml_text(text, TextLoader))
    return questionnaire_of(document, str(path)), text
