"""Read the sheets of an XLSForm: rows with their numbers, cells by meaning of the column,
languages.

pyxform, the converter of ODK and Kobo, reads the file and judges it: this package refuses what
pyxform refuses.
"""

import re
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from readiness.ground.errors import ConfigError
from readiness.ground.files import read_file
from readiness.ground.patterns import LANGUAGE

# Largest form in bytes; its unpacked parts may have ten times as many.
MOST_BYTES = 20_000_000
# Column of the sheet `choices` with the meaning of a missing code; its word for "don't know".
MEANS, OUTSIDE = "means", "outside"
# Further columns: options that end the interview; name of the question that holds a typed answer.
SCREENS, SPECIFY = "screens_out", "specify"
# Columns that are read, in addition to the columns that pyxform puts under `bind` and `control`.
_COLUMNS = ("type", "name", "label", "hint", "parameters", "list name", MEANS, SCREENS, SPECIFY)
# Question types of SurveyCTO that pyxform does not know; treated as `hidden`, without an answer.
RECORDED = re.compile(
    "(?i)caseid|calculate_here|comments|(audio|text) audit|speed violations (count|list|audit)"
    "|sensor_(statistic|stream) .*"
)
# Language of labels where neither the header nor the settings name a language.
DEFAULT = "default"


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet.

    `number`: number of the row in the spreadsheet. `cells`: cells by pyxform's name of the column.
    `labels`: labels by language code. `unnamed`: languages of labels that have no code.
    """

    number: int
    cells: Mapping[str, str]
    labels: Mapping[str, str]
    unnamed: tuple[str, ...] = ()

    def get(self, column: str) -> str:
        """Return the cell of a column; "" for an empty cell."""
        return self.cells.get(column, "")

    @property
    def type(self) -> str:
        """Type of a question as pyxform reads it, without stray spaces."""
        return " ".join(self.get("type").split())


@dataclass(frozen=True)
class XlsForm:
    """An XLSForm, read from its sheets.

    `survey`: rows of the sheet `survey`. `choices`: rows of the sheet `choices`, by name of the
    list. `settings`: cells of the sheet `settings`, by header. `language`: code of the form's
    default language. `language_known`: the form or the caller named the default language.
    `unnamed`: names of languages in the form that have no code.
    """

    path: Path
    survey: Sequence[SheetRow]
    choices: Mapping[str, Sequence[SheetRow]]
    settings: Mapping[str, str]
    language: str
    language_known: bool
    unnamed: Sequence[str] = ()

    def refuse_row(self, row: SheetRow, message: str) -> ConfigError:
        """Return the error about a row of the survey sheet."""
        return ConfigError(f"{self.path}, sheet survey, row {row.number}: {message}")


def is_xlsform(path: Path) -> bool:
    """Return True if a file is a workbook with a sheet `survey`, as XLSForms have."""
    if path.suffix.lower() not in (".xlsx", ".xls", ".xlsm"):
        return False
    from python_calamine import CalamineError, load_workbook

    try:
        names = load_workbook(BytesIO(read_file(path, MOST_BYTES))).sheet_names
    except (CalamineError, OSError):
        return False
    return any(name.strip().lower() == "survey" for name in names)


def read_form(path: Path, language: str | None = None) -> XlsForm:
    """Read an XLSForm, and check that pyxform accepts the form.

    `language`: language of labels for which neither header nor settings name a language. Raises
    ConfigError that names the file, and if possible the row, for a file that is no XLSForm and for
    a form that pyxform refuses.
    """
    from pyxform import aliases
    from pyxform.xls2json_backends import get_xlsform

    content = _read_bounded(path)
    data = _call_pyxform(
        path, "no XLSForm", lambda: get_xlsform(BytesIO(content), file_type=path.suffix.lower())
    )
    for row in data.survey or ():
        for header in [header_text for header_text in row if header_text.strip().lower() == "type"]:
            if RECORDED.fullmatch(str(row[header]).strip()):
                row[header] = "hidden"
    rows = _read_rows(data.survey, data.survey_header, aliases.survey_header)
    survey = [row for row in rows if not aliases.yes_no.get(row.get("disabled"))]
    if not survey:
        raise ConfigError(
            f"{path}: not an XLSForm, because it has no sheet `survey` with questions."
        )
    settings = {k.strip().lower(): str(v) for k, v in (data.settings or [{}])[0].items()}
    choices = _read_rows(data.choices, data.choices_header, aliases.list_header)
    unnamed = sorted(
        {language_name for row in (*survey, *choices) for language_name in row.unnamed}
    )
    own_language, language_known = _find_own_language(path, settings, survey, language)
    choices_by_list: dict[str, list[SheetRow]] = {}
    for row in choices:
        choices_by_list.setdefault(row.get("list name"), []).append(_move_own(row, own_language))
    form = XlsForm(
        path,
        [_move_own(row, own_language) for row in survey],
        choices_by_list,
        settings,
        own_language,
        language_known,
        unnamed,
    )
    _judge(path, asdict(data))
    return form


def _find_own_language(
    path: Path, settings: Mapping[str, str], survey: Sequence[SheetRow], language: str | None
) -> tuple[str, bool]:
    """Return the form's default language, and True if the form or the caller named the language.

    Raises ConfigError for a default language without a code.
    """
    stated = settings.get("default_language", "")
    if stated and stated.lower() != DEFAULT:
        code = _code(stated)
        if not re.fullmatch(LANGUAGE, code):
            raise ConfigError(
                f"{path}, sheet settings: default_language {stated!r} has no language code. Write "
                "it as `English (en)`."
            )
        return code, True
    languages = [key for row in survey for key in row.labels]
    if languages and DEFAULT not in languages:
        return languages[0], True
    return language or "en", language is not None


def _move_own(row: SheetRow, own: str) -> SheetRow:
    """Return a row with labels of the default language under the form's own language."""
    labels = {own if key == DEFAULT else key: text for key, text in row.labels.items()}
    return replace(row, labels=labels)


def _read_bounded(path: Path) -> bytes:
    """Return the bytes of a form; ConfigError if it is too large, packed or unpacked."""
    try:
        content = read_file(path, MOST_BYTES)
    except FileNotFoundError:
        raise ConfigError(f"{path}: file not found. Correct the name of the XLSForm.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
    if zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > 10 * MOST_BYTES:
            raise ConfigError(f"{path}: unpacks to {size} bytes, too large for a form.")
    return content


def _call_pyxform(path: Path, refused: str, call: Callable[[], Any]) -> Any:
    """Return the result of a call to pyxform; ConfigError where it refuses the form or fails."""
    from pyxform.errors import PyXFormError

    try:
        # The libraries of pyxform warn about features of workbooks that do not matter here.
        with warnings.catch_warnings(action="ignore"):
            return call()
    except PyXFormError as error:
        raise ConfigError(f"{path}: {refused}: {_shorten(error)}") from None
    except Exception as error:  # a damaged workbook fails anywhere in the libraries that read it
        raise ConfigError(
            f"{path}: {refused}: pyxform fails on it ({_shorten(error)}); export it anew."
        ) from None


def _judge(path: Path, form: dict[str, Any]) -> None:
    """Check that pyxform can convert the sheets of a form; ConfigError where it cannot."""
    from pyxform.xls2xform import convert

    ending = path.suffix.lower()
    _call_pyxform(
        path, "pyxform refuses the form", lambda: convert(form, warnings=[], file_type=ending)
    )


def _shorten(error: Exception) -> str:
    """Return an error's message in one line of at most 300 characters."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else f"{text[:300]}..."


def _read_rows(
    rows: Sequence[Mapping[str, Any]] | None,
    headers: Sequence[Mapping[str, Any]] | None,
    aliases: dict[str, Any],
) -> list[SheetRow]:
    """Return the non-empty rows of a sheet; the first row below the header has the number 2."""
    from pyxform.parsing.sheet_headers import process_header

    header_texts = [str(header) for header in (headers or [{}])[0]]
    has_double_colon = any("::" in header for header in header_texts)
    columns = {
        name: process_header(name, has_double_colon, aliases, _COLUMNS)[1] for name in header_texts
    }
    sheet_rows = []
    for number, row in enumerate(rows or (), 2):
        cells: dict[str, str] = {}
        labels: dict[str, str] = {}
        unnamed: list[str] = []
        for header, cell in row.items():
            column, *languages = columns[str(header)]
            if column in ("bind", "control") and languages:
                column, *languages = languages
            language = _code(languages[0]) if languages else DEFAULT
            text = str(cell).strip() if cell is not None else ""
            if not text or column == "hint":
                continue
            if column == "label" and language != DEFAULT and not re.fullmatch(LANGUAGE, language):
                unnamed.append(language)
            elif column == "label":
                labels[language] = text
            else:
                cells[column] = text
        if cells or labels:
            sheet_rows.append(SheetRow(number, cells, labels, tuple(unnamed)))
    return sheet_rows


def _code(named: str) -> str:
    """Return the code of a language from its name in a form (`English (en)`, `English`, `en`).

    A name without a known code is returned as it is.
    """
    code_in_brackets = re.search(r"\(\s*([A-Za-z0-9-]+)\s*\)\s*$", named)
    code = (code_in_brackets[1] if code_in_brackets else named).strip()
    code = "-".join([code.split("-")[0].lower(), *code.split("-")[1:]])
    if not code_in_brackets:
        code = _name_languages().get(named.strip().lower(), code)
    return code if re.fullmatch(LANGUAGE, code) else named.strip()


@cache
def _name_languages() -> dict[str, str]:
    """Return codes of languages by their names in English, in French and in the language itself."""
    from babel import Locale
    from babel.localedata import locale_identifiers

    locales = {code: Locale(code) for code in locale_identifiers() if "_" not in code}
    codes = {str(locale.get_language_name()).lower(): code for code, locale in locales.items()}
    for locale in ("fr", "en"):
        names = locales[locale].languages
        codes |= {name.lower(): code for code, name in names.items() if "_" not in code}
    return codes
