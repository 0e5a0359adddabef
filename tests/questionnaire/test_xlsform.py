"""XLSForms as people write them, and the questionnaires that they become."""

from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from readiness.drafting import ExportColumn, ExportTable, name_by_form
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.questionnaire.writing import COMMENT, without_comments, write
from readiness.questionnaire.xlsform import from_xlsform
from readiness.questionnaire.xlsform.expressions import FormQuestion, conditions

SURVEY = """\
type | name | label::English (en) | label::العربية (ar) | relevant | constraint | \
required | appearance | parameters | calculation
start | start
username | who
note | hello | Welcome
begin_group | people | People
integer | age | How old are you? | كم عمرك؟ | | . >= 18 and . < 100 | yes
select_one yn | work | Do you work? | هل تعمل؟ | ${age} > 17
begin group | job | Job | | ${work} = 'y'
select_multiple tools | tools | Which tools? | | | \
not(selected(., 'none') and count-selected(.) > 1)
text | tools_other | Which other? | | selected(${tools}, 'other')
decimal | hours | Hours a day | | not(${work} = 'n') and ${age} <= 70 | . > 0
end group
end group
begin_group | views | What do you think? | ما رأيك؟ | ${work} = 'y' or ${work}='n' | | | table-list
select_one agree | v_a | AI helps | يساعد
select_one agree | v_b | AI harms | يضر
end_group
select_one agree | mood | Mood | | | | | likert
rank tools | order | Put in order
range | trust | Trust | | | | | | start=0 end=10 step=1
date | born | Born on
select_one yn or_other | why | Why?
geopoint | place | Where?
calculate | sum | | | | | | | | 1 + 1
"""
CHOICES = """\
list_name | name | label::English (en) | label::العربية (ar) | means
yn | y | Yes | نعم
yn | n | No | لا
yn | 99 | Prefer not to say | | refused
tools | pen | Pen
tools | none | None
tools | other | Other
agree | 1 | No | لا
agree | 2 | Yes | نعم
agree | dk | Do not know | لا أدري | outside
"""
HEADS = ("people-job-pens", "views/pens", "pens")
SETTINGS = (
    "form_title | form_id | version | default_language\nWork | Work_2027 | 3 | English (en)\n"
)


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]


def form(path: Path, survey: str = SURVEY, choices: str = CHOICES, set_: str = SETTINGS) -> Path:
    book = xlsxwriter.Workbook(path)
    for name, text in (("survey", survey), ("choices", choices), ("settings", set_)):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(table(text)):
            for at, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, at, cell)
    book.close()
    return path


def read(path: Path) -> tuple[Questionnaire, str]:
    text = write(from_xlsform(path))
    return questionnaire_of(read_yaml_text(text, TextLoader), "q"), text


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> tuple[Questionnaire, str]:
    return read(form(tmp_path_factory.mktemp("form") / "work.xlsx"))


def test_items_are_the_questions_of_the_form(work: tuple[Questionnaire, str]) -> None:
    questionnaire, _ = work
    assert (questionnaire.id, questionnaire.language) == ("work-2027-3", "en")
    assert {item.id: item.kind.name for item in questionnaire.items} == {
        "age": "number",
        "work": "single",
        "tools": "multi",
        "tools_other": "text",
        "hours": "number",
        "v_a": "ordinal",
        "v_b": "ordinal",
        "mood": "ordinal",
        "order_pen": "ordinal",
        "order_none": "ordinal",
        "order_other": "ordinal",
        "trust": "number",
        "born": "date",
        "why": "single",
        "why_other": "text",
    }
    age = questionnaire.item("age")
    assert (age.variable, age.column) == ("age", "How old are you?")
    assert age.label.root == {"en": "How old are you?", "ar": "كم عمرك؟"} and age.required
    assert age.range is not None and age.range.bounds == (18, 99)
    assert questionnaire.export.started == "start"
    assert set(questionnaire.export.ignored) == {"who", "place", "sum"}


def test_options_keep_values_labels_and_what_is_no_answer(work: tuple[Questionnaire, str]) -> None:
    questionnaire, text = work
    item = questionnaire.item("work")
    assert [(c.code, c.value, c.text) for c in item.categories] == [
        ("y", "y", "Yes"),
        ("n_2", "n", "No"),
    ]
    assert item.labels("ar") == {"y": "نعم", "n_2": "لا"}
    assert [(m.value, m.special) for m in item.missing] == [("99", "_refused")]
    tools = questionnaire.item("tools")
    assert [c.code for c in tools.categories if c.exclusive] == ["none"]
    why = questionnaire.item("why")
    assert why.categories[-1].specify == "why_other"
    assert questionnaire.item("why_other").asked_if[0].one_of == (why.codes[-1],)
    grid = questionnaire.grid("views")
    assert (grid.column, grid.variable) == ("What do you think?", "views")
    first = questionnaire.item("v_a")
    assert first.grid == "views" and first.column == "AI helps"
    assert first.codes == ("no", "yes") and first.dont_know is not None
    assert first.dont_know.value == "dk"
    hours = questionnaire.item("hours").range
    assert hours is not None and hours.low == 0 and hours.decimals
    assert "# constraint '. > 0': the ends themselves are not excluded" in text
    assert "# range: the form does not give both ends" in text


def test_conditions_are_said_in_answers(work: tuple[Questionnaire, str]) -> None:
    questionnaire, _ = work

    def of(item: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(r.item, r.condition_terms) for r in questionnaire.item(item).asked_if]

    assert of("work") == [("age", (">= 18",))]
    assert of("tools") == [("work", ("y",))]
    assert of("tools_other") == [("work", ("y",)), ("tools", ("other",))]
    assert ("age", ("<= 70",)) in of("hours") and ("work", ("y",)) in of("hours")
    assert of("v_b") == [("work", ("y", "n_2"))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("begin group | job", "begin_repeat | job", "the repeat 'job' is left out (3 questions)"),
        (
            "${work} = 'y' or ${work}='n'",
            "${work} = 'y' or ${age} > 20",
            "row 14: relevant \"${work} = 'y' or ${age} > 20\": not carried over, for an `or` of",
        ),
        ("selected(${tools}, 'other')", "not(selected(${tools}, 'pen'))", "row 10: relevant"),
        ("selected(${tools}, 'other')", "count-selected(${tools}) > 2", "how many options"),
        ("${work} = 'y'\nselect", "${work} = 'x'\nselect", "'x', which is no option of work"),
        ("${age} > 17", "regex(${age}, '1.*')", "'regex', which is not understood"),
        ("${age} > 17", "${age} > 17 and", "'${age} > 17 and', which is not understood"),
        ("${age} > 17", "((" * 120 + "${age} > 17" + "))" * 120, "which is not understood"),
        ("selected(${tools}, 'other')", "${tools} = 'pen'", "which has several answers; use sel"),
        ("selected(${tools}, 'other')", "${work} > 1", "the order of options of work; name each"),
        ("${age} > 17", "${age} < 5 or ${age} > 17", "with a gap between them"),
    ],
)
def test_what_cannot_be_said_is_left_out_with_a_note(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in SURVEY
    changed = SURVEY.replace(old, new, 1).replace(
        "end group\nend", "end_repeat\nend", "repeat" in new
    )
    said = from_xlsform(form(tmp_path / "work.xlsx", changed))[COMMENT]
    assert expected in said, said


def test_groups_that_share_a_name_tell_their_questions_apart(tmp_path: Path) -> None:
    twice = SURVEY.replace("decimal | hours", "integer | pens", 1)
    twice = twice.replace("select_one agree | v_b", "integer | pens", 1)
    document = from_xlsform(form(tmp_path / "work.xlsx", twice))
    asked = questionnaire_of(without_comments(document), "twice")
    assert [i.variable for i in asked.items if "pens" in i.id] == ["people/job/pens", "views/pens"]
    columns = [ExportColumn.from_codes(0, head, ["7"], np.zeros(1, int)) for head in HEADS]
    texts = [name_by_form(asked, ExportTable((c,))).questions for c in columns[:-1]]
    assert [list(found.values()) for found in texts] == [[("Hours a day", "")], [("AI harms", "")]]
    with pytest.raises(DataError, match="several groups of the form have this question"):
        name_by_form(asked, ExportTable((columns[-1],)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("${age} > 17", "${gone} > 17", "pyxform refuses the form"),
        ("select_one yn | work", "select_one gone | work", "pyxform refuses the form: [row : 7]"),
        ("geopoint | place", "odd | place", "pyxform refuses the form"),
        ("begin group | job", "begin_group | ", "pyxform refuses the form"),
    ],
)
def test_what_cannot_be_said_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_xlsform(form(tmp_path / "work.xlsx", SURVEY.replace(old, new, 1)))
    message = str(caught.value)
    assert expected in message and "\n" not in message
    assert message.startswith(str(tmp_path / "work.xlsx"))


@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [
        (". < 17.5", None, 17),
        (". > 17.5", 18, None),
        (". <= 17.5", None, 17),
        (". >= 17.5", 18, None),
        (". > 2 and 9 >= .", 3, 9),
        ("not(. < 5)", 5, None),
        (". = 4 or . = 5", 4, 5),
    ],
)
def test_whole_numbers_are_compared_as_such(
    expression: str, low: int | None, high: int | None
) -> None:
    (atom,) = conditions(expression, {".": FormQuestion(".", "integer", {})})
    assert (atom.low, atom.high) == (
        float("-inf") if low is None else low,
        float("inf") if high is None else high,
    )


def test_files_that_are_no_forms(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    for content in (b"", b"PK\x03\x04" + b"\0" * 200, b"type,name\n"):
        path.write_bytes(content)
        with pytest.raises(ConfigError, match=r"x\.xlsx"):
            from_xlsform(path)
    with pytest.raises(ConfigError, match="not found"):
        from_xlsform(tmp_path / "none.xlsx")


def test_what_is_odd_in_a_form_costs_no_more_than_itself(tmp_path: Path) -> None:
    """A list with `other` already, a range of nothing, an author's own word for `means`, what
    SurveyCTO records in types of its own, a question that is switched off.
    """
    survey = """\
type | name | label | constraint | relevant | calculation | disabled
caseid | caseid
calculate_here | began | | | | now()
Speed violations count | fast
sensor_stream conversation | heard
select_one gone | old | Gone? | | | | yes
select_one a or_other | q | Which?
integer | k | How many? | . > 5 and . < 2
select_one n | s | How good?
text | t | Why? | | ${s} >= 2 and ${s} < 4
rank a | r | In order
"""
    choices = "list_name | name | label | means | screens_out\na | x | X | my own |\n"
    choices += "a | other | Another | | yes\n"
    choices += "".join(f"n | {k} | Level {k}\n" for k in range(1, 6))
    questionnaire, text = read(form(tmp_path / "odd.xlsx", survey, choices))
    assert questionnaire.item("q").codes == ("x", "other")
    assert questionnaire.item("q").categories[1].specify == "q_other"
    assert questionnaire.item("t").asked_if[0].one_of == ("level_2", "level_3")
    number = questionnaire.item("k").range
    assert number is not None and number.low is None and "it leaves no range" in text
    assert questionnaire.item("r_other").codes == ("rank_1", "rank_2")
    assert "old" not in [item.id for item in questionnaire.items]
    assert list(questionnaire.export.ignored) == ["caseid", "began", "fast", "heard"]


def test_a_language_that_has_a_name_only(tmp_path: Path) -> None:
    survey = "type | name | label::French | label::Português\ntext | a | Nom | Nome\n"
    document = from_xlsform(form(tmp_path / "f.xlsx", survey, set_="form_title\nF\n"))
    assert document["language"] == "fr"
    assert document["items"][0]["label"] == {"fr": "Nom", "pt": "Nome"}
    unnamed = survey.replace("Português", "Welsch!").replace("text | a", "acknowledge | a")
    drawn, text = read(form(tmp_path / "u.xlsx", unnamed, set_="form_title\nF\n"))
    assert "'Welsch!' has no code; its labels are left out" in text
    (item,) = drawn.items
    assert (item.kind.name, item.codes, item.label.root) == ("multi", ("ok",), {"fr": "Nom"})
    plain = "type | name | label\ntext | a | Nom\n"
    path = form(tmp_path / "g.xlsx", plain, set_="form_title\nG\n")
    document = from_xlsform(path, "fr")
    assert (document["title"], document["items"][0]["label"]) == ({"fr": "G"}, {"fr": "Nom"})
    assert "language: the form names none" in write(from_xlsform(path))


def test_a_language_may_be_called_by_its_own_name(tmp_path: Path) -> None:
    path = form(tmp_path / "f.xlsx", set_=SETTINGS.replace("English (en)", "Deutsch"))
    assert from_xlsform(path)["language"] == "de"


def test_options_in_another_file_are_a_text_until_they_are_listed(tmp_path: Path) -> None:
    survey = "type | name | label\nselect_one_from_file towns.csv | town | Which town?\n"
    (item,) = (document := from_xlsform(form(tmp_path / "f.xlsx", survey)))["items"]
    assert (
        item["kind"] == "text" and "'town', row 2: its options are in another" in document[COMMENT]
    )
