"""Published figures beside the data: the base that gives them, and studies begun from a table."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from made_questionnaire import document, question
from readiness.analysis.beside_data import beside_data
from readiness.cli import main
from readiness.commands.starting.office import new_office
from readiness.drafting.study import ClaimSource, begin_study
from readiness.forensics.judging.structure import parse_structure
from readiness.forensics.judging.study import judge, read_study
from readiness.ground.errors import DataError
from readiness.language import strip_marks, tell
from readiness.questionnaire import questionnaire_of

SOURCE = ClaimSource("The Journal", "https://example.org/report", "2024-05", "en")
VIEWS = {"bad": "Bad", "mixed": "Mixed", "good": "Good"}
FEARED = {"jobs": "Jobs", "lies": "Lies"}
DOCUMENT = document(
    "press",
    question("uses", "single", "Do you use it?", {"yes": "Yes", "no": "No"}),
    question("view", "ordinal", "What is your view?", VIEWS),
    question("fears", "multi", "What do you fear?", FEARED, blank_means="skipped"),
)
ASKED = questionnaire_of(DOCUMENT, "test")
# 280 answered; 259 of them use it, and those who do not are of another mind.
USES = ["yes"] * 259 + ["no"] * 21
VIEW = ["bad"] * 60 + ["mixed"] * 90 + ["good"] * 109 + ["bad"] * 20 + ["_blank"]
FEARS = [(k % 3 == 0, k % 2 == 0) for k in range(280)]
ANSWERS = pd.DataFrame(
    {
        "uses": USES,
        "view": VIEW,
        "fears.jobs": ["1" if jobs else "0" for jobs, _ in FEARS],
        "fears.lies": ["1" if lies else "0" for _, lies in FEARS],
    }
)


def figures(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["item", "answer", "value", "base"], dtype=object)


def share(count: int, n: int) -> str:
    return f"{100 * count / n:.1f}"


def found(table: pd.DataFrame) -> Any:
    register, document = begin_study(table, "journal", SOURCE, ASKED)
    study = read_study(register, parse_structure(document))
    return beside_data(study, ANSWERS, ASKED)


def test_a_base_that_is_another_table_s_is_only_seen_beside_the_data() -> None:
    table = figures(
        ("Do you use it?", "Yes", share(259, 280), "280"),
        ("uses", "No", share(21, 280), "280"),
        ("What is your view?", "Bad", share(80, 279), "259"),
        ("view", "Mixed", share(90, 279), "259"),
        ("view", "Good", share(109, 279), "259"),
    )
    uses, view = found(table)
    assert (uses.fact.kind, uses.base.n) == ("forensics.data.same_base", 280)
    assert (view.fact.kind, view.base.n, view.reported) == ("forensics.data.other_base", 279, 259)
    assert view.counts == (80, 90, 109)
    assert (
        "a base of 259 is reported, but the published figures are those of the 279 people who"
        in (tell(view.fact, "en"))
    )


def test_figures_of_a_group_name_the_group() -> None:
    table = figures(
        ("view", "bad", share(60, 259), "259"),
        ("view", "mixed", share(90, 259), "259"),
        ("view", "good", share(109, 259), "259"),
    )
    (view,) = found(table)
    assert (view.fact.kind, view.base.kind) == ("forensics.data.same_base", "forensics.data.group")
    assert tell(view.base.fact, "en") == "the 259 people with “Yes” to “Do you use it?”"


def test_figures_that_nothing_gives_say_how_far_they_are() -> None:
    (view,) = found(figures(("view", "good", "61", ""), ("view", "bad", "9.7", "")))
    assert (view.fact.kind, view.base) == ("forensics.data.none", None)
    assert "differ by up to 21.9 percentage points" in tell(view.fact, "en")


def test_several_answers_each_are_shares_of_those_who_answered() -> None:
    jobs, lies = (sum(each[k] for each in FEARS) for k in (0, 1))
    (fears,) = found(
        figures(("fears", "Jobs", share(jobs, 280), ""), ("fears", "lies", share(lies, 280), ""))
    )
    assert (fears.fact.kind, fears.base.n) == ("forensics.data.same", 280)
    register, document = begin_study(
        figures(("fears", "Jobs", "60", ""), ("fears", "Lies", "70", "")), "j", SOURCE, ASKED
    )
    assert document["sets"][0]["kind"] == "multi"
    assert len(register) == 2


def test_a_reported_base_is_used_as_one() -> None:
    table = figures(
        ("view", "bad", "33.3", "9"),
        ("view", "good", "67", "9"),
        ("uses", "yes", "12.5", "9"),
        ("uses", "no", "87.5", "9"),
    )
    register, document = begin_study(table, "journal", SOURCE)
    verdicts = {v.id: v for v in judge(register, parse_structure(document))}
    view, uses = verdicts["total.base.view"], verdicts["total.base.uses"]
    assert (str(view.status), view.facts[0].kind) == ("possible", "forensics.base.fits")
    assert (str(uses.status), uses.facts[0].kind) == ("impossible", "forensics.base.other")
    assert "The nearest that fit: 8 or 16." in tell(uses.facts[0], "en")
    assert "total.base" not in verdicts
    source = verdicts["total.source.the_journal"]
    assert str(source.status) == "incompatible" and source.numbers["refused"] == 2
    assumed, *told = [strip_marks(tell(fact, "en")) for fact in source.facts]
    assert assumed.endswith("; one figure of a pair may be a hundred minus the other.")
    assert told[0].startswith("2 of the 4 figures cannot come from 9 people: “uses” (12.5% / 87.5%")
    assert "“uses” (12.5% / 87.5%, The Journal): possible if only some of the people" in told[3]
    table["answer"] = ["Bad", "Good", "Yes", "No"]
    _, document = begin_study(table, "journal", SOURCE, ASKED)
    assert document["items"]["view"]["label"] == {"en": "What is your view?"}
    assert document["items"]["view"]["categories"]["good"] == {"en": "Good"}
    assert all(tell(fact, "en") for v in verdicts.values() for fact in v.facts)


BAD = {
    "row 2, column value: '~60' is not a figure": figures(("uses", "yes", "~60", "")),
    "row 3, column answer: 'Yes' is listed twice": figures(
        ("uses", "yes", "1", ""), ("uses", "Yes", "2", "")
    ),
    "row 3, column base: '8' where uses has '9' before": figures(
        ("uses", "yes", "1", "9"), ("uses", "no", "2", "8")
    ),
    "row 2, column base: 'many' of uses; expected a whole number": figures(
        ("uses", "yes", "1", "many")
    ),
    "row 2, column item: press-1 has no question 'age'": figures(("age", "yes", "1", "")),
    "row 2, column answer: uses has no answer 'maybe'": figures(("uses", "maybe", "1", "")),
    "no column value; expected item, answer, value": pd.DataFrame({"item": ["a"], "answer": ["b"]}),
    "no column value; is column 'percent' meant as value?": pd.DataFrame(
        {"item": ["a"], "answer": ["b"], "percent": ["1"]}
    ),
    "unknown column 'bases'; is column 'bases' meant as base?": pd.DataFrame(
        {"item": ["a"], "answer": ["b"], "value": ["1"], "bases": ["9"]}
    ),
    "no rows; expected one row per published figure": figures(),
}


@pytest.mark.parametrize("message", BAD)
def test_a_table_that_cannot_be_used_is_named(message: str) -> None:
    with pytest.raises(DataError) as error:
        begin_study(BAD[message], "journal", SOURCE, ASKED, "table.csv")
    assert f"table.csv, {message}" in str(error.value) or f"table.csv: {message}" in str(
        error.value
    )


def test_a_study_is_begun_and_checked_by_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    with new_office(tmp_path / "office"):
        pass
    monkeypatch.chdir(tmp_path / "office")
    Path("data/questionnaires").mkdir(parents=True, exist_ok=True)
    Path("data/questionnaires/press-1.yaml").write_text(yaml.safe_dump(DOCUMENT), "utf-8")
    texts = {item.id: {c.code: c.text for c in item.categories} for item in ASKED.items}
    header = ["Do you use it?", "What is your view?", "What do you fear?"]
    lines = [
        [
            texts["uses"][u],
            texts["view"].get(v, ""),
            ";".join(t for t, f in zip(("Jobs", "Lies"), fear, strict=True) if f),
        ]
        for u, v, fear in zip(USES, VIEW, FEARS, strict=True)
    ]
    pd.DataFrame(lines, columns=header).to_csv(tmp_path / "export.csv", index=False)
    figures(
        ("view", "Bad", share(80, 279), "259"), ("view", "Good", share(109, 279), "259")
    ).to_csv(tmp_path / "table.csv", index=False)
    table = str(tmp_path / "table.csv")
    read = ["--publisher", "The Journal", "--source", "https://example.org/report"]
    begun = ["claims", "add", "journal", "--from", table, *read, "--questionnaire", "press-1"]
    assert main(begun) == 0
    assert "journal-claims@1: 3 claims registered" in capsys.readouterr().out
    assert main(["claims", "check", "journal", "--json"]) == 0
    assert "The Journal reports 259 answers to this question" in capsys.readouterr().out
    assert main(["claims", "check", "journal"]) == 0
    lines = capsys.readouterr().out.splitlines()
    # The figures of the source together, a sentence a line; then how many verdicts of each status.
    assert lines[1].startswith("None of the 2 figures can come from 259 people")
    assert len(lines) <= 15 and lines[-1].endswith("--long"), lines
    assert main(["claims", "check", "journal", "--long"]) == 0
    assert "The Journal reports 259 answers" in " ".join(capsys.readouterr().out.split())
    assert main(begun) == 2
    assert "exists" in capsys.readouterr().err
    data = ["--data", str(tmp_path / "export.csv"), "--questionnaire", "press-1"]
    assert main(["claims", "check", "journal", *data, "--json"]) == 0
    (said,) = json.loads(capsys.readouterr().out)
    assert (said["kind"], said["reported"], said["base"]) == ("forensics.data.other_base", 259, 279)
    assert main(["claims", "check", "journal", *data]) == 0
    assert "a number from another table was printed under this one" in capsys.readouterr().out
    assert main(["claims", "check", "journal", "--wave", "none"]) == 2
    wave = ["--wave", "w", "--questionnaire", "press-1", "--selection", "opt-in"]
    assert main(["new", "--from", str(tmp_path / "export.csv"), *wave]) == 0
    assert main(["claims", "check", "journal", "--wave", "w"]) == 2
    assert "Compute the wave first" in capsys.readouterr().err
    for name, content in (
        ("validate/answers.csv", ANSWERS.to_csv(index=False)),
        ("register/figures.csv", "id,unit,value\nview.bad.all,share,0.25\nview.good.all,share,\n"),
    ):
        path = Path("results/waves/w") / name
        path.parent.mkdir(parents=True)
        path.write_text(content, "utf-8")
    assert main(["claims", "check", "journal", "--wave", "w", "--json"]) == 0
    (said,) = json.loads(capsys.readouterr().out)
    assert [figure["register"] for figure in said["figures"]] == ["0.25", None]
    assert (said["base"], said["answered"]) == (279, 279)
