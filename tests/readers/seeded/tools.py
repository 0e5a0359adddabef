"""What each tool writes of a survey: a layout gives columns, and what it calls the options."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from readers.seeded.surveys import Asked, Survey

Cells = Sequence[object]


@dataclass
class Made:
    """Columns of an export with their headers, one text a header row.

    shown: what stands for an option of a question, where that is not its text.
    above: rows above the header.
    sheets: further sheets of a workbook. labels: of a file that has them, by column.
    """

    ending: str = "csv"
    separator: str = ","
    columns: list[tuple[tuple[str, ...], list[object]]] = field(default_factory=list)
    shown: dict[tuple[str, str], str] = field(default_factory=dict)
    above: list[list[object]] = field(default_factory=list)
    sheets: dict[str, list[list[object]]] = field(default_factory=dict)
    labels: dict[str, tuple[str, dict[Any, str]]] = field(default_factory=dict)
    notes_first: bool = False
    merged: bool = False
    hidden: bool = False
    encoding: str = "utf-8"
    quoted: bool = False

    def add(self, header: str | tuple[str, ...], cells: Cells) -> None:
        """One column more."""
        heads = (header,) if isinstance(header, str) else header
        self.columns.append((heads, list(cells)))

    def rows(self) -> list[list[object]]:
        """All rows of the table, the header rows first."""
        heads = [list(row) for row in zip(*(heads for heads, _ in self.columns), strict=True)]
        return [*heads, *(list(row) for row in zip(*(c for _, c in self.columns), strict=True))]


def _said(made: Made, asked: Asked) -> list[object]:
    """The cells of a question with one answer."""
    return [made.shown.get((asked.code, a), asked.written.get(a, a)) for a in asked.answers]


def _joined(made: Made, asked: Asked, sign: str, end: str = "") -> list[object]:
    """The cells of boxes that stand joined."""
    found: list[object] = []
    for ticked in asked.answers:
        parts = [made.shown.get((asked.code, option), option) for option in ticked]
        found.append(sign.join(parts) + (end if parts else ""))
    return found


def _typed(asked: Asked, cells: Cells, sign: str) -> list[object]:
    """The cells with what was typed beside the options, as forms write it: in their place."""
    return [
        f"{cell}{sign}{more}" if more and cell and asked.kind == "many" else more or cell
        for cell, more in zip(cells, asked.typed, strict=True)
    ]


def _box(asked: Asked, option: str, yes: str, no: str, blank: str = "") -> list[object]:
    """The cells of one box that has a column of its own; `blank` for who ticked nothing."""
    return [blank if not a else yes if option in a else no for a in asked.answers]


def _number(made: Made, asked: Asked, start: int = 1, text: str = "{}") -> None:
    """Numbers in place of the options' texts."""
    for place, option in enumerate(asked.options, start):
        made.shown[asked.code, option] = text.format(place)


def _blocks(survey: Survey) -> list[list[Asked]]:
    """The questions, the rows of a grid together."""
    return [list(found) for _, found in groupby(survey.questions, lambda q: q.text)]


# --- forms of Google and Microsoft


def _google(survey: Survey, made: Made, sign: str, moment: str, *, quiz: bool = False) -> Made:
    made.add(survey.words["own"]["google"], [f"{at:{moment}}" for at in survey.sent])
    if quiz:
        made.add("Username", [f"person{k}@example.org" for k in range(len(survey))])
        made.add("Score", [f"{k % 11} / 10" for k in range(len(survey))])
    for asked in survey.questions:
        name = f"{asked.text} [{asked.row}]" if asked.row else asked.text
        cells = _joined(made, asked, sign) if asked.kind == "many" else _said(made, asked)
        if asked.kind == "number" and made.separator == ",":
            unit = survey.words["unit"]
            cells = [f"{c} {unit}" if c and k % 3 == 0 else c for k, c in enumerate(cells)]
        made.add(name, _typed(asked, cells, sign))
    return made


def google_sheet(survey: Survey, chance: random.Random) -> Made:
    form = {"en": "%-m/%-d/%Y %H:%M:%S", "de": "%d.%m.%Y %H:%M:%S", "nl": "%-d-%-m-%Y %-H:%M:%S"}
    moment = form.get(survey.language, "%d/%m/%Y %H:%M:%S")
    return _google(survey, Made(), ", ", moment, quiz=chance.random() < 0.3)


def google_workbook(survey: Survey, chance: random.Random) -> Made:
    made = _google(survey, Made("xlsx"), ", ", "%Y")
    made.columns[0] = (made.columns[0][0], list(survey.sent))
    return made


def microsoft(survey: Survey, chance: random.Random) -> Made:
    made = Made("xlsx")
    number, began, sent, mail, name = survey.words["own"]["microsoft"]
    made.add(number, range(1, len(survey) + 1))
    made.add(began, survey.began)
    made.add(sent, survey.sent)
    made.add(mail, ["anonymous"] * len(survey))
    made.add(name, [""] * len(survey))
    if chance.random() < 0.3:
        made.add("Last modified time", [""] * len(survey))
    quiz = chance.random() < 0.3
    if quiz:
        made.add("Total points", [float(k % 9) for k in range(len(survey))])
        made.add("Quiz feedback", [""] * len(survey))
    for asked in survey.questions:
        if asked.kind == "many":
            cells = [f"{c};" if c else "" for c in _typed(asked, _joined(made, asked, ";"), ";")]
        else:
            cells = _typed(asked, _said(made, asked), "")
        if asked.kind in ("number", "cost", "grade"):
            cells = [float(a) if a else "" for a in asked.answers]
        header = asked.row or asked.text + "\u00a0" * chance.randint(0, 1)
        made.add(header, cells)
        if quiz and not asked.row:
            made.add(f"Points - {header}", [float(k % 2) for k in range(len(survey))])
            made.add(f"Feedback - {header}", [""] * len(survey))
    return made


# --- Qualtrics


def _qualtrics(
    survey: Survey, made: Made, chance: random.Random, *, values: bool, split: bool
) -> Made:
    n = len(survey)

    def add(name: str, text: str, of: str, cells: Cells) -> None:
        made.add((name, text, f'{{"ImportId":"{of}"}}'), cells)

    zone = 'startDate","timeZone":"America/Denver'
    add("StartDate", "Start Date", zone, [f"{at:%Y-%m-%d %H:%M:%S}" for at in survey.began])
    add("EndDate", "End Date", "endDate", [f"{at:%Y-%m-%d %H:%M:%S}" for at in survey.sent])
    add("Status", "Response Type", "status", ["0" if values else "IP Address"] * n)
    add("Progress", "Progress", "progress", ["100"] * n)
    took = [(b - a).seconds for a, b in zip(survey.began, survey.sent, strict=True)]
    add("Duration (in seconds)", "Duration (in seconds)", "duration", took)
    add("Finished", "Finished", "finished", ["1" if values else "True"] * n)
    recorded = [f"{at:%Y-%m-%d %H:%M:%S}" for at in survey.sent]
    add("RecordedDate", "Recorded Date", "recordedDate", recorded)
    ids = [f"R_{chance.getrandbits(60):015x}" for _ in range(n)]
    add("ResponseId", "Response ID", "_recordId", ids)
    for name in ("RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference"):
        add(name, name, name, [""] * n)
    add("DistributionChannel", "Distribution Channel", "channel", ["anonymous"] * n)
    add("UserLanguage", "User Language", "userLanguage", [survey.language.upper()] * n)
    for place, block in enumerate(_blocks(survey), 1):
        for row, asked in enumerate(block, 1):
            name = f"Q{place}" if len(block) == 1 else f"Q{place}_{row}"
            text = f"{asked.text} - {asked.row}" if asked.row else asked.text
            if values:
                _number(made, asked)
            if asked.kind != "many":
                add(name, text, f"QID{place}", _said(made, asked))
            elif not split:
                add(name, f"{text} - Selected Choice", f"QID{place}", _joined(made, asked, ","))
            else:
                for k, option in enumerate(asked.options, 1):
                    said = "1" if values else option
                    head = f"{text} - Selected Choice - {option}"
                    add(f"{name}_{k}", head, f"QID{place}_{k}", _box(asked, option, said, ""))
                    made.shown[asked.code, option] = option
            if asked.typed and any(asked.typed):
                add(f"{name}_9_TEXT", f"{text} - Other - Text", f"QID{place}_9_TEXT", asked.typed)
    for k, what in enumerate(("First Click", "Last Click", "Page Submit", "Click Count")):
        text = f"Timing - {what}"
        add(f"T1_{what}", text, f"QID99_{what}", [f"{3.1 * k + 0.01 * r:.3f}" for r in range(n)])
    add("Q_RecaptchaScore", "Q_RecaptchaScore", "Q_RecaptchaScore", ["0.9"] * n)
    add("SC0", "Score", "SC0", ["0"] * n)
    return made


def _without(made: Made, row: int) -> Made:
    """The export with a row of its header deleted, as people do before they analyse it."""
    made.columns = [((*h[:row], *h[row + 1 :]), cells) for h, cells in made.columns]
    return made


def qualtrics_workbook(survey: Survey, chance: random.Random) -> Made:
    made = _without(_qualtrics(survey, Made("xlsx"), chance, values=False, split=False), 2)
    made.columns[0] = (made.columns[0][0], list(survey.began))
    return made


def qualtrics_legacy(survey: Survey, chance: random.Random) -> Made:
    made = _without(_qualtrics(survey, Made(), chance, values=False, split=True), 2)
    own = ("StartDate", "EndDate", "Status", "Progress", "", "Finished", "", "ResponseID")
    kept = []
    for at, ((name, text), cells) in enumerate(made.columns):
        if at < len(own):
            if own[at]:
                kept.append(((f"V{at + 1}", own[at]), cells))
        elif name.startswith("Q"):
            kept.append(((name, text), cells))
    kept.insert(0, (("V0", "ResponseSet"), ["Default Response Set"] * len(survey)))
    kept.insert(1, (("V20", "IPAddress"), ["10.1.2.3"] * len(survey)))
    made.columns = kept
    return made


# --- SurveyMonkey


def _monkey(survey: Survey, made: Made, *, collector: bool, condensed: bool) -> Made:
    n = len(survey)
    made.add(("Respondent ID", ""), [f"1177{k:07d}" for k in range(n)])
    if collector:
        made.add(("Collector ID", ""), ["402711333"] * n)
    made.add(("Start Date", ""), [f"{at:%m/%d/%Y %I:%M:%S %p}" for at in survey.began])
    made.add(("End Date", ""), [f"{at:%m/%d/%Y %I:%M:%S %p}" for at in survey.sent])
    for name in ("IP Address", "Email Address", "First Name", "Last Name", "Custom Data 1"):
        made.add((name, ""), ["10.1.2.3" if name == "IP Address" else ""] * n)
    for block in _blocks(survey):
        head = block[0].text
        for asked in block:
            if asked.kind == "many" and not condensed:
                for option in asked.options:
                    made.add((head, option), _box(asked, option, option, ""))
                    head = ""
                made.add(("", "Other (please specify)"), asked.typed)
                continue
            typed = asked.kind in ("number", "cost", "day", "text", "name")
            below = asked.row or ("Open-Ended Response" if typed else "Response")
            if asked.kind == "many":
                made.add((head, below), _joined(made, asked, ", "))
            else:
                made.add((head, below), _said(made, asked))
            head = ""
    return made


# --- LimeSurvey


def _lime(survey: Survey, made: Made, *, heads: str, codes: bool) -> Made:
    n = len(survey)
    named = heads == "code"
    separated = made.separator == ";"

    def add(code: str, text: str, cells: Cells) -> None:
        both = f"{code}. {text}"
        made.add(code if named else text if heads == "text" else both, cells)

    add("id", "Response ID", range(3, n + 3))
    add("submitdate", "Date submitted", [f"{at:%Y-%m-%d %H:%M:%S}" for at in survey.sent])
    add("lastpage", "Last page", ["4"] * n)
    add("startlanguage", "Start language", [survey.language] * n)
    add("seed", "Seed", [str(9_113_511 + 17 * k) for k in range(n)])
    add("startdate", "Date started", [f"{at:%Y-%m-%d %H:%M:%S}" for at in survey.began])
    add("datestamp", "Date last action", [f"{at:%Y-%m-%d %H:%M:%S}" for at in survey.sent])
    if separated:
        add("ipaddr", "IP address", ["10.1.2.3"] * n)
        add("refurl", "Referrer URL", ["https://example.org/a"] * n)
    yes, no = ("Y", "") if codes else (survey.words["boxes"][2], survey.words["boxes"][3])
    for place, block in enumerate(_blocks(survey), 1):
        code = f"G01Q{place:02d}"
        for row, asked in enumerate(block, 1):
            if codes:
                _number(made, asked, text="AO{:02d}")
            if asked.kind == "many":
                for k, option in enumerate(asked.options, 1):
                    part = f"{code}[SQ{k:03d}]"
                    cells = _box(asked, option, yes, no, "" if codes else no)
                    add(part, f"{asked.text} [{option}]", cells)
                    made.shown[asked.code, option] = f"SQ{k:03d}" if named else option
                add(f"{code}[other]", f"{asked.text} [Other]", asked.typed)
            elif asked.row:
                add(f"{code}[SQ{row:03d}]", f"{asked.text} [{asked.row}]", _said(made, asked))
            else:
                cells = _said(made, asked)
                if asked.kind == "day":
                    cells = [f"{c} 00:00:00" if c else "" for c in cells]
                if asked.kind == "cost":
                    cells = [f"{c}00000000" if c else "" for c in cells]
                add(code, asked.text, cells)
    if not codes:
        # A question that was not shown is N/A where answers are exported in full.
        for asked, (_, cells) in zip(survey.questions[:2], made.columns[7:9], strict=True):
            cells[:] = [c or ("N/A" if asked.code == "q2" else "") for c in cells]
    if named:
        add("groupTime11", "Group time: Part", [f"{40 + k}.5" for k in range(n)])
        add("G01Q01Time", "Question time: G01Q01", [f"{4 + k}.2" for k in range(n)])
    add("interviewtime", "Total time", [f"{200 + k}.31" for k in range(n)])
    return made


# --- KoboToolbox, ODK, Ona


def _kobo(
    survey: Survey,
    made: Made,
    *,
    group: str,
    names: bool,
    boxes: str,
    marks: tuple[str, str] = ("1", "0"),
) -> Made:
    n = len(survey)
    sign = "-" if group.endswith("-") else "/"
    made.add("start", [f"{at:%Y-%m-%dT%H:%M:%S}.000+01:00" for at in survey.began])
    made.add("end", [f"{at:%Y-%m-%dT%H:%M:%S}.000+01:00" for at in survey.sent])
    for asked in survey.questions:
        if names:
            text = {"levels": "level_{}"}.get(asked.kind, "opt_{}")
            _number(made, asked, text=text)
        called = f"{asked.code}_{asked.kind}" if names else asked.row or asked.text
        called = f"{group}{called}"
        if asked.kind != "many":
            made.add(called, _said(made, asked))
            continue
        if boxes != "split":
            made.add(called, _joined(made, asked, " "))
        if boxes != "joined":
            for option in asked.options:
                shown = made.shown.get((asked.code, option), option)
                made.add(f"{called}{sign}{shown}", _box(asked, option, *marks))
    made.add(f"{group}note_1", [""] * n)
    if sign == "/":
        where = [f"33.57{k:03d} -7.58{k:03d} 0 0" for k in range(n)]
        made.add(f"{group}place", where)
        for k, what in enumerate(("latitude", "longitude", "altitude", "precision")):
            made.add(f"{group}_place_{what}", [point.split()[k] for point in where])
        made.add("_id", [str(88_001 + 3 * k) for k in range(n)])
        made.add("_uuid", [f"{k:08x}-11aa-4bcd-9eff-00aa11bb22cc" for k in range(n)])
        made.add("_submission_time", [f"{at:%Y-%m-%dT%H:%M:%S}" for at in survey.sent])
        for name in ("_validation_status", "_notes", "_status", "_submitted_by", "_tags"):
            made.add(name, ["submitted_via_web" if name == "_status" else ""] * n)
        made.add("__version__", ["vXk3"] * n)
        made.add("_index", range(1, n + 1))
    return made


def kobo_repeat(survey: Survey, chance: random.Random) -> Made:
    made = _kobo(survey, Made("xlsx"), group="", names=True, boxes="both")
    head = ["member_name", "member_age", "_index", "_parent_table_name", "_parent_index"]
    rows = [[f"M{k}", 20 + k, k + 1, "survey", k // 2 + 1] for k in range(30)]
    made.sheets["members"] = [list(head), *rows]
    return made


def odk(survey: Survey, chance: random.Random) -> Made:
    made = Made()
    made.add("SubmissionDate", [f"{at:%Y-%m-%dT%H:%M:%S}.123Z" for at in survey.sent])
    _kobo(survey, made, group="part_a-", names=True, boxes="joined")
    ids = [f"uuid:{k:08x}-22bb-4bcd-9eff-00aa11bb22cc" for k in range(len(survey))]
    made.add("meta-instanceID", ids)
    made.add("KEY", ids)
    for name in ("SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected"):
        made.add(name, ["0" if name.startswith("Att") else "Field team"] * len(survey))
    for name in ("Status", "ReviewState", "DeviceID", "Edits", "FormVersion"):
        made.add(name, ["0" if name == "Edits" else ""] * len(survey))
    return made


def ona(survey: Survey, chance: random.Random) -> Made:
    made = Made()
    _kobo(survey, made, group="grp/", names=True, boxes="split", marks=("True", "False"))
    # Ona fills what is not there.
    made.columns = [(h, [c if c != "" else "n/a" for c in cells]) for h, cells in made.columns]
    made.add("_duration", ["310.0"] * len(survey))
    made.add("_xform_id", ["55123"] * len(survey))
    return made


def surveycto(survey: Survey, chance: random.Random) -> Made:
    made = Made()
    made.add("SubmissionDate", [f"{at:%b %-d, %Y %-I:%M:%S %p}" for at in survey.sent])
    made.add("starttime", [f"{at:%b %-d, %Y %-I:%M:%S %p}" for at in survey.began])
    made.add("endtime", [f"{at:%b %-d, %Y %-I:%M:%S %p}" for at in survey.sent])
    made.add("deviceid", ["861234050000001"] * len(survey))
    for asked in survey.questions:
        _number(made, asked)
        made.add(
            asked.code, _joined(made, asked, " ") if asked.kind == "many" else _said(made, asked)
        )
        for place, option in enumerate(asked.options if asked.kind == "many" else (), 1):
            made.add(f"{asked.code}_{place}", _box(asked, option, "1", "0"))
            made.shown[asked.code, option] = f"{asked.code}_{place}"
    made.add("instanceID", [f"uuid:{k:08x}-33cc" for k in range(len(survey))])
    made.add("formdef_version", ["2403041"] * len(survey))
    made.add("KEY", [f"uuid:{k:08x}-33cc" for k in range(len(survey))])
    return made


# --- Typeform, EUSurvey, REDCap


def typeform(survey: Survey, chance: random.Random) -> Made:
    made = Made()
    made.add("#", [f"{chance.getrandbits(128):032x}" for _ in range(len(survey))])
    no, yes = survey.words["uses"][1]
    for asked in survey.questions:
        if asked.kind == "many":
            for option in asked.options:
                made.add(option, _box(asked, option, option, ""))
            made.add("Other", asked.typed)
        else:
            if asked.code == "q1":
                made.shown |= {(asked.code, no): "0", (asked.code, yes): "1"}
            made.add(asked.row or asked.text, _said(made, asked))
    if chance.random() < 0.5:
        made.add("Response Type", ["completed"] * len(survey))
    made.add("Start Date (UTC)", [f"{at:%Y-%m-%d %H:%M:%S}" for at in survey.began])
    made.add("Submit Date (UTC)", [f"{at:%Y-%m-%d %H:%M:%S}" for at in survey.sent])
    if chance.random() < 0.5:
        made.add("Stage Date (UTC)", [""] * len(survey))
        made.add("Ending", ["Thank you"] * len(survey))
    made.add("Network ID", [f"{chance.getrandbits(40):010x}" for _ in range(len(survey))])
    made.add("Tags", [""] * len(survey))
    return made


def eusurvey(survey: Survey, chance: random.Random) -> Made:
    made = Made("xlsx")
    made.above = [["Alias", "MySurvey2024"], ["Export Date", "2024-10-17 01:10:49"], []]
    for asked in survey.questions:
        name = f"{asked.text}: {asked.row}" if asked.row else asked.text
        made.add(name, _joined(made, asked, "; ") if asked.kind == "many" else _said(made, asked))
    made.add("Invitation number", [""] * len(survey))
    made.add("Contribution ID", [f"{k:08x}-44dd-4bcd-9eff" for k in range(len(survey))])
    made.add("User name", ["Anonymous"] * len(survey))
    made.add("Languages", [survey.language.upper()] * len(survey))
    made.add("Creation date", [f"{at:%d/%m/%Y %H:%M:%S}" for at in survey.began])
    made.add("Last update", [f"{at:%d/%m/%Y %H:%M:%S}" for at in survey.sent])
    return made


def _redcap(survey: Survey, made: Made, *, raw: bool) -> Made:
    n = len(survey)
    made.add("record_id" if raw else "Record ID", range(1, n + 1))
    made.add("redcap_survey_identifier" if raw else "Survey Identifier", [""] * n)
    sent = [f"{at:%Y-%m-%d %H:%M:%S}" for at in survey.sent]
    made.add("survey_timestamp" if raw else "Survey Timestamp", sent)
    for asked in survey.questions:
        if raw:
            _number(made, asked)
        if asked.kind == "many":
            for place, option in enumerate(asked.options, 1):
                name = f"{asked.code}___{place}" if raw else f"{asked.text} (choice={option})"
                yes, no = ("1", "0") if raw else ("Checked", "Unchecked")
                made.add(name, _box(asked, option, yes, no, no))
                made.shown[asked.code, option] = name if raw else option
        else:
            made.add(asked.code if raw else asked.row or asked.text, _said(made, asked))
    made.add("survey_complete" if raw else "Complete?", ["2" if raw else "Complete"] * n)
    return made


# --- files with labels, plain tables


def _labelled(survey: Survey, ending: str) -> Made:
    made = Made(ending)
    made.add("caseid", [float(k) for k in range(1, len(survey) + 1)])
    made.labels["caseid"] = ("Number", {})
    for asked in survey.questions:
        text = f"{asked.text} {asked.row}".strip()
        if asked.kind == "many":
            for k, option in enumerate(asked.options, 1):
                name = f"{asked.code}_{k}"
                made.add(name, [float(option in a) for a in asked.answers])
                made.labels[name] = (f"{text} - {option}", {0.0: "No", 1.0: "Yes"})
                made.shown[asked.code, option] = name
        elif asked.closed:
            places = {option: float(k) for k, option in enumerate(asked.options, 1)}
            made.add(asked.code, [places.get(a, float("nan")) for a in asked.answers])
            made.labels[asked.code] = (text, {v: k for k, v in places.items()})
        elif asked.kind in ("number", "cost", "grade"):
            made.add(asked.code, [float(a) if a else float("nan") for a in asked.answers])
            made.labels[asked.code] = (text, {})
        else:
            made.add(asked.code, list(asked.answers))
            made.labels[asked.code] = (text, {})
    return made


def _plain(survey: Survey, made: Made, sign: str) -> Made:
    made.add("No", range(1, len(survey) + 1))
    for asked in survey.questions:
        name = f"{asked.text} [{asked.row}]" if asked.row else asked.text
        cells = _joined(made, asked, sign) if asked.kind == "many" else _said(made, asked)
        if asked.kind == "cost" and made.separator == ";":
            cells = [str(c).replace(".", ",") for c in cells]
        made.add(name, cells)
    return made


def plain_other(survey: Survey, chance: random.Random) -> Made:
    """What was typed has a column of its own behind the question."""
    made = Made()
    made.add("Submitted at", [f"{at:%Y-%m-%dT%H:%M:%S}" for at in survey.sent])
    for asked in survey.questions:
        name = f"{asked.text} [{asked.row}]" if asked.row else asked.text
        made.add(name, _joined(made, asked, "; ") if asked.kind == "many" else _said(made, asked))
        if any(asked.typed):
            made.add(f"{asked.text} - Other (please specify)", asked.typed)
    return made


def plain_merged(survey: Survey, chance: random.Random) -> Made:
    """Questions in merged cells above their rows and options; a hidden sheet of lists."""
    made = Made("xlsx", merged=True)
    made.add(("No", ""), range(1, len(survey) + 1))
    for block in _blocks(survey):
        head = block[0].text
        for asked in block:
            if asked.kind == "many":
                for option in asked.options:
                    made.add((head, option), _box(asked, option, "1", "0"))
                    made.shown[asked.code, option] = option
                    head = ""
            else:
                made.add((head, asked.row), _said(made, asked))
            head = ""
    return made


def plain_title(survey: Survey, chance: random.Random) -> Made:
    made = _plain(survey, Made("xlsx"), "; ")
    made.above = [["Survey 2024, all answers"], []]
    return made


def plain_codes(survey: Survey, chance: random.Random) -> Made:
    made = Made()
    made.add("id", range(101, 101 + len(survey)))
    for asked in survey.questions:
        _number(made, asked)
        if asked.kind == "many":
            for place, option in enumerate(asked.options, 1):
                made.add(f"{asked.code}_{place}", _box(asked, option, "1", "0", "0"))
                made.shown[asked.code, option] = f"{asked.code}_{place}"
        else:
            made.add(asked.code, _said(made, asked))
    return made


Layout = Callable[[Survey, random.Random], Made]
LAYOUTS: dict[str, Layout] = {
    "google, table of the form": lambda s, c: _google(
        s, Made(quoted=True), ";", "%Y/%m/%d %I:%M:%S %p GMT+1"
    ),
    "google, linked sheet": google_sheet,
    "google, workbook": google_workbook,
    "microsoft": microsoft,
    "qualtrics, texts": lambda s, c: _qualtrics(s, Made(), c, values=False, split=False),
    "qualtrics, texts, split": lambda s, c: _qualtrics(s, Made(), c, values=False, split=True),
    "qualtrics, values, tabs": lambda s, c: _qualtrics(
        s, Made("tsv", "\t", encoding="utf-16"), c, values=True, split=True
    ),
    "qualtrics, identifiers deleted": lambda s, c: _without(
        _qualtrics(s, Made(), c, values=False, split=False), 2
    ),
    "qualtrics, texts deleted": lambda s, c: _without(
        _without(_qualtrics(s, Made(), c, values=False, split=True), 2), 1
    ),
    "qualtrics, workbook": qualtrics_workbook,
    "qualtrics, legacy": qualtrics_legacy,
    "surveymonkey, expanded": lambda s, c: _monkey(s, Made(), collector=True, condensed=False),
    "surveymonkey, condensed": lambda s, c: _monkey(s, Made(), collector=True, condensed=True),
    "surveymonkey, workbook, no collector": lambda s, c: _monkey(
        s, Made("xlsx"), collector=False, condensed=False
    ),
    "limesurvey, codes": lambda s, c: _lime(s, Made(quoted=True), heads="code", codes=True),
    "limesurvey, full": lambda s, c: _lime(s, Made(quoted=True), heads="text", codes=False),
    "limesurvey, code and text": lambda s, c: _lime(
        s, Made(separator=";", quoted=True), heads="both", codes=False
    ),
    "limesurvey, workbook": lambda s, c: _lime(s, Made("xlsx"), heads="text", codes=False),
    "kobo, names, split": lambda s, c: _kobo(
        s, Made(separator=";", quoted=True), group="", names=True, boxes="both"
    ),
    "kobo, names, groups": lambda s, c: _kobo(
        s, Made(separator=";"), group="part_a/block/", names=True, boxes="both"
    ),
    "kobo, labels": lambda s, c: _kobo(s, Made("xlsx"), group="", names=False, boxes="both"),
    "kobo, repeat in a second sheet": kobo_repeat,
    "odk central": odk,
    "ona": ona,
    "surveycto": surveycto,
    "typeform": typeform,
    "eusurvey": eusurvey,
    "redcap, raw": lambda s, c: _redcap(s, Made(), raw=True),
    "redcap, labels": lambda s, c: _redcap(s, Made(), raw=False),
    "spss": lambda s, c: _labelled(s, "sav"),
    "stata": lambda s, c: _labelled(s, "dta"),
    "plain, commas": lambda s, c: _plain(s, Made(), "; "),
    "plain, semicolons and decimal commas": lambda s, c: _plain(s, Made(separator=";"), ", "),
    "plain, a title above a workbook": plain_title,
    "plain, codes below texts": plain_codes,
    "plain, typed apart": plain_other,
    "plain, merged headers": plain_merged,
}
