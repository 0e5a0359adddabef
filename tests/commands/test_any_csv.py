"""Any CSV with a small YAML design: the page is what runs, the words fit, bad input is named."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from any_csv.make_library import make_library
from any_csv.page import PAGE, filled

from readiness.analysis.comparing import close_pairs
from readiness.cli import main
from readiness.config import PERMUTATIONS
from readiness.ground.tables import to_csv
from readiness.survey import compare_groups, design, proportions, share_contrasts, weigh
from readiness.survey.comparisons.cells import frame as frame_of
from readiness.survey.comparisons.classical import CLASSICAL

HERE = Path(__file__).parent / "any_csv"
ROOT = Path(__file__).parents[2]
PLAIN: dict[str, Any] = {
    "selection": "probability",
    "weights": "weight",
    "items": {
        "use": {
            "categories": ["never", "monthly", "weekly", "daily"],
            "ordered": True,
            "outside": ["don't know"],
        }
    },
    "by": "age",
    "seed": 7,
}
LIBRARY = pd.read_csv(HERE / "library.csv", dtype=str, keep_default_na=False)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Run:
    """Write the CSV and the design, run a command on them: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def call(
        command: str, frame: pd.DataFrame, settings: Any, options: Sequence[str] = ()
    ) -> tuple[int, str, str]:
        frame.to_csv("answers.csv", index=False)
        Path("design.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")
        code = main([command, "answers.csv", "design.yaml", *options])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_the_page_shows_what_runs() -> None:
    page = PAGE.read_text("utf-8")
    assert page.count("```text\n") == 1
    assert filled(page) == page, "run tests/commands/any_csv/page.py"


def test_the_shipped_answers_are_those_of_the_script() -> None:
    assert to_csv(make_library()) == (HERE / "library.csv").read_text("utf-8")


def test_estimates_are_those_of_the_survey_core(run: Run) -> None:
    settings = yaml.safe_load((HERE / "library.yaml").read_text("utf-8"))
    code, out, _ = run("estimate", LIBRARY, settings, ["--json"])
    assert code == 0
    frame = LIBRARY.assign(readers=LIBRARY["readers"].astype(float))
    frame["weight"] = frame["weight"].astype(float)
    made = weigh(
        design(frame, weights="weight", strata="branch", fpc="readers"), settings["margins"]
    ).design
    expected = proportions(
        made, "use", settings["items"]["use"]["categories"], by="age", outside=["don't know"]
    )
    shown = pd.DataFrame(json.loads(out)["estimates"])
    shown = shown[(shown["item"] == "use") & (shown["group"] != "all")]
    shown = shown[shown["level"] != "low"]
    for column in ("n", "count", "estimate", "se", "lower", "upper", "n_eff", "deff"):
        np.testing.assert_allclose(
            shown[column].astype(float), expected[column].astype(float), rtol=1e-11
        )


def test_comparisons_are_those_of_the_survey_core(run: Run) -> None:
    settings = {**PLAIN, "strata": "branch"}
    code, _, _ = run("compare", LIBRARY, settings, ["--csv", "out.csv"])
    assert code == 0
    shown = pd.read_csv("out.csv")
    assert list(shown[shown["test"].isin(CLASSICAL)]["test"]) == list(CLASSICAL[:2])
    lead, of_answer = shown.iloc[0], shown["test"].eq("rao_scott_answer")
    shown = shown[~shown["test"].isin((*CLASSICAL, "contrasts_max_t")) & ~of_answer]
    assert (lead["test"], lead["leads"], of_answer.sum()) == ("rao_scott_f", True, 5)
    pairs = shown.loc[shown["test"].eq("contrast"), "p_adjusted"]
    assert (pairs >= lead["p_value"]).all()
    categories, groups = PLAIN["items"]["use"]["categories"], ["15-29", "30-59", "60+"]
    frame = LIBRARY.assign(weight=LIBRARY["weight"].astype(float))
    frame["use"] = frame["use"].where(frame["use"].isin(categories), None)
    made = design(frame, weights="weight", strata="branch")
    how: dict[str, Any] = {"seed": 7, "permutations": PERMUTATIONS}
    low = frame["use"].map({"never": 1.0, "monthly": 1.0, "weekly": 0.0, "daily": 0.0})
    contrasts = frame_of(share_contrasts(made, low, "age", group_levels=groups))
    ends = {f"simultaneous_{end}": f"{end}_simultaneous" for end in ("lower", "upper")}
    contrasts = contrasts.rename(columns=ends).assign(p_leading=lead["p_value"])
    contrasts = close_pairs(contrasts, 0.95).drop(columns="p_leading")
    for expected, rows in (
        (compare_groups(made, "use", categories, "age", groups, **how).frame(), False),
        (contrasts.drop(columns="statistic"), True),
    ):
        own = shown[shown["test"].eq("contrast").eq(rows)]
        assert list(own["test"]) == list(expected["test"])
        for column in ("statistic", "p_value", "p_adjusted", "effect", "lower", "upper"):
            if column in expected:
                np.testing.assert_allclose(own[column], expected[column], rtol=1e-11)
    for end in ("lower", "upper"):
        both = own[f"{end}_simultaneous"], contrasts[f"{end}_simultaneous"]
        np.testing.assert_allclose(*both, rtol=1e-11)


def test_ticks_have_both_bases_where_blank_is_no_answer(run: Run) -> None:
    frame = pd.DataFrame(
        {"a": ["1", "0", "", "1", "_not_asked"], "b": ["0", "0", "", "1", "_not_asked"]}
    )
    settings = {
        "selection": "probability",
        "multiple": {"q": {"columns": ["a", "b"], "blank_means": "no_answer"}},
    }
    _, out, _ = run("estimate", frame, settings, ["--json"])
    rows = {(r["base"], r["level"]): r for r in json.loads(out)["estimates"]}
    assert {k: (r["n"], r["count"]) for k, r in rows.items()} == {
        ("asked", "a"): (4, 2),
        ("asked", "b"): (4, 1),
        ("answered", "a"): (3, 2),
        ("answered", "b"): (3, 1),
    }
    settings["multiple"]["q"]["blank_means"] = "not_ticked"  # type: ignore[index]
    _, out, _ = run("estimate", frame, settings, ["--json"])
    assert [(r["base"], r["n"]) for r in json.loads(out)["estimates"]] == [("asked", 4)] * 2


def test_a_domain_keeps_the_drawn_design(run: Run) -> None:
    frame = LIBRARY.assign(village=[f"v{i // 4}" for i in range(len(LIBRARY))])
    settings = {**PLAIN, "strata": "branch", "psu": "village", "domain": {"age": ["60+"]}}
    settings.pop("by")
    _, out, _ = run("estimate", frame, settings, ["--json"])
    frame["weight"] = frame["weight"].astype(float)
    whole = design(frame, weights="weight", strata="branch", psu="village").correcting()
    expected = proportions(
        whole.subset(frame["age"] == "60+"),
        "use",
        PLAIN["items"]["use"]["categories"],
        outside=["don't know"],
    )
    shown = json.loads(out)["estimates"]
    np.testing.assert_allclose([r["se"] for r in shown[:4]], expected["se"], rtol=1e-11)


def test_where_is_the_domain_of_the_design_file(run: Run) -> None:
    frame = LIBRARY.assign(village=[f"v{i // 4}" for i in range(len(LIBRARY))])
    settings = {**PLAIN, "strata": "branch", "psu": "village"}
    settings.pop("by")
    young = ["15-29", "30-59"]
    _, stated, _ = run("estimate", frame, {**settings, "domain": {"age": young}}, ["--json"])
    for options in (["--where", "age=15-29,30-59"], ["--where=age=15-29", "--where=age=30-59"]):
        code, out, _ = run("estimate", frame, settings, [*options, "--json"])
        assert code == 0
        assert json.loads(out)["estimates"] == json.loads(stated)["estimates"]
    by = {**settings, "by": "branch"}
    _, stated, _ = run("compare", frame, {**by, "domain": {"age": young}}, ["--json"])
    _, out, _ = run("compare", frame, by, ["--where", "age=15-29,30-59", "--json"])
    assert json.loads(out)["comparisons"] == json.loads(stated)["comparisons"]


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("age", "--where age: expected COLUMN=VALUE"),
        ("age=", "--where age=: expected COLUMN=VALUE"),
        ("age=60", "--where age=60: no row of answers.csv has it; expected 60+"),
        ("aeg=60+", "domain: answers.csv has no column 'aeg'; did you mean age?"),
    ],
)
def test_a_where_that_cannot_be_read_is_named(run: Run, where: str, says: str) -> None:
    code, out, err = run("estimate", LIBRARY, PLAIN, ["--where", where])
    assert code == 2 and not out and says in err


def test_clusters_say_whether_they_are_corrected(run: Run) -> None:
    frame = LIBRARY.assign(village=[f"v{i // 4}" for i in range(len(LIBRARY))])
    few = frame["village"].nunique()
    margins = {"margins": {"age": {"15-29": 1, "30-59": 2, "60+": 1}}}
    for more, said in (({}, "standard errors of shares by CR2"), (margins, "are not corrected")):
        for command in ("estimate", "compare"):
            _, out, _ = run(command, frame, {**PLAIN, "psu": "village", **more})
            assert re.search(rf"{few} clusters: .*{said}", out)


def test_row_order_does_not_matter(run: Run) -> None:
    settings = {**PLAIN, "strata": "branch", "margins": {"age": {"15-29": 1, "30-59": 2, "60+": 1}}}
    shuffled = LIBRARY.sample(frac=1, random_state=1)
    for command in ("estimate", "compare"):
        assert run(command, LIBRARY, settings)[1] == run(command, shuffled, settings)[1]


def test_trimmed_weights_say_what_it_cost(run: Run) -> None:
    settings = {
        **PLAIN,
        "margins": {"age": {"15-29": 2000, "30-59": 1000, "60+": 600}},
        "trim": [0.4, 1.6],
    }
    code, out, _ = run("estimate", LIBRARY, settings)
    assert code == 0
    assert re.search(r"[1-9]\d* weights were trimmed; the margins are now off by up to \d", out)


@pytest.mark.parametrize("command", ["estimate", "compare"])
@pytest.mark.parametrize("selection", ["probability", "census", "opt-in", "purposive"])
def test_words_and_numbers_follow_the_selection(run: Run, command: str, selection: str) -> None:
    settings = {**PLAIN, "selection": selection}
    code, out, _ = run(command, LIBRARY, settings)
    assert code == 0
    inference = selection in ("probability", "opt-in")
    assert ("95 % interval" in out) == inference
    assert ("permutation combined" in out) == (inference and command == "compare")
    _, document, _ = run(command, LIBRARY, settings, ["--json"])
    rows = json.loads(document)["estimates" if command == "estimate" else "comparisons"]
    assert any(r["lower"] is not None for r in rows) == inference
    assert any(r.get("p_value") is not None for r in rows) == (inference and command == "compare")
    assert ("MOVER limits" in document) == (inference and command == "compare")
    for text in (out, document):
        assert not re.search("margin of error|representative|significant", text)
        assert ("selection bias is not covered" in text) == (selection == "opt-in")


def cell(column: str, row: int, value: str) -> pd.DataFrame:
    """The answers with one cell (a line of the file) changed."""
    frame = LIBRARY.copy()
    frame.loc[row - 2, column] = value
    return frame


USE = PLAIN["items"]
ROWS = len(LIBRARY)
BAD: dict[str, tuple[pd.DataFrame, dict[str, Any], int, str]] = {
    "negative weight": (
        cell("weight", 5, "-24"),
        {},
        3,
        r"row 5, column weight: '-24'; expected a finite number above 0",
    ),
    "weight that is text": (cell("weight", 3, "24,5"), {}, 3, "row 3, column weight"),
    "0 rows": (LIBRARY.head(0), {}, 3, "no rows below the header"),
    "no stratum": (cell("branch", 7, ""), {"strata": "branch"}, 3, "row 7, column branch: empty"),
    "a stratum with one PSU": (
        LIBRARY.assign(v=LIBRARY["branch"]),
        {"strata": "branch", "psu": "v"},
        4,
        "'centre'",
    ),
    "a PSU in two strata": (
        LIBRARY.assign(v=[str(i % 10) for i in range(ROWS)]),
        {"strata": "branch", "psu": "v"},
        4,
        "more than one stratum.*nest: t",
    ),
    "undeclared answer": (
        cell("use", 4, "hourly"),
        {},
        3,
        "row 4, column use: 'hourly' is not declared; expected never, monthly",
    ),
    "undeclared tick": (
        LIBRARY,
        {"multiple": {"r": {"columns": ["travel"], "blank_means": "no_answer"}}},
        3,
        "column travel: 'x' is not declared; expected 1, 0",
    ),
    "one level": (LIBRARY.assign(use="weekly"), {}, 4, "use: .* only 'weekly'"),
    "nobody in the domain": (LIBRARY, {"domain": {"age": ["7-9"]}}, 4, "age 7-9"),
    "empty cell of a margin": (
        LIBRARY,
        {"margins": {"age": {"15-29": 1, "30-59": 1, "60+": 1, "90+": 5}}},
        4,
        "'90\\+': total 5 but no respondent",
    ),
    "unknown column": (LIBRARY, {"weights": "wieght"}, 2, "did you mean weight"),
    "unknown key": (LIBRARY, {"wieghts": "weight"}, 2, "did you mean `weights`"),
    "unknown selection": (LIBRARY, {"selection": "random"}, 2, "'probability'"),
    "yes without quotes": (
        LIBRARY,
        {"items": {"use": {"categories": [True, False]}}},
        2,
        "put it in quotes",
    ),
    "no question": (LIBRARY, {"items": {}}, 2, "at least one question"),
    "no groups to compare": (LIBRARY, {"by": None}, 2, "by: missing"),
}
COMPARED = ("one level", "no groups to compare")


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_named_in_a_line_or_two(run: Run, case: str) -> None:
    frame, change, code, message = BAD[case]
    command = "compare" if case in COMPARED else "estimate"
    found, out, err = run(command, frame, {**PLAIN, **change})
    assert found == code, err
    if code:
        assert out == ""
        assert 1 <= len(err.splitlines()) <= 2
        assert err.startswith(f"readiness {command}: ")
        assert re.search(message, err)
        assert "Traceback" not in err
    assert "nan" not in out.lower()


def test_a_file_that_is_no_table(run: Run, tmp_path: Path, capsys: Any) -> None:
    run("estimate", LIBRARY, PLAIN)
    for content, message in (
        (b"", "empty"),
        (b"use,age\n\xff\xfe,1\n", "not UTF-8"),
        (b"use,age\nnever,1\ndaily\n", "row 3: 1 cell where the header has 2"),
    ):
        Path("answers.csv").write_bytes(content)
        assert main(["estimate", "answers.csv", "design.yaml"]) == 3
        assert message in capsys.readouterr().err
    assert main(["estimate", "none.csv", "design.yaml"]) == 3
    assert main(["estimate", "answers.csv", "none.yaml"]) == 2
    Path("design.yaml").write_text("weights: [", "utf-8")
    assert main(["estimate", "answers.csv", "design.yaml"]) == 2


def test_a_group_of_one_has_a_share_and_a_note(run: Run) -> None:
    frame = cell("age", 3, "10-14")
    code, out, _ = run("compare", frame, PLAIN)
    assert code == 0
    assert "10-14" in out
    _, document, _ = run("compare", frame, PLAIN, ["--json"])
    alone = [
        r
        for r in json.loads(document)["comparisons"]
        if r["test"] == "contrast" and "10-14" in (r["a"], r["b"])
    ]
    assert len(alone) == 3
    assert all(r["p_value"] is None and r["note"] for r in alone)


def test_one_question_without_a_result_leaves_the_others(run: Run) -> None:
    items = {**USE, "member": {"categories": ["yes", "no"]}}
    code, out, _ = run("compare", LIBRARY.assign(member="yes"), {**PLAIN, "items": items})
    assert code == 0
    assert "No result: member:" in out
    assert "use by age" in out


FIOCRUZ = ROOT.parent / "shared/microdata/fiocruz/ai_survey_data.csv"


@pytest.mark.skipif(not FIOCRUZ.is_file(), reason="the microdata are not beside the project")
def test_the_tests_that_people_know_are_those_of_r_on_a_real_survey(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)

    def designed(*names: str, **more: Any) -> None:
        items = {name: {"categories": [1, 2, 3], "ordered": True} for name in names}
        settings = {"selection": "opt-in", "items": items, **more}
        Path("design.yaml").write_text(yaml.safe_dump(settings), "utf-8")

    designed("q2_1", "q3_1")
    two = ["--by", "q1_1", "--by", "q11_1", "--json"]
    assert main(["compare", str(FIOCRUZ), "design.yaml", *two]) == 0
    rows = {
        (r["item"], r["by"], r["test"]): r
        for r in json.loads(capsys.readouterr().out)["comparisons"]
    }
    square = rows["q2_1", "q1_1", "pearson_chi_square"]
    assert (round(square["statistic"], 4), square["df1"]) == (3.0845, 2)
    wilcoxon = rows["q2_1", "q1_1", "wilcoxon_asymptotic"]
    assert (wilcoxon["statistic"], round(wilcoxon["p_value"], 4)) == (238845.5, 0.1474)
    kruskal = rows["q3_1", "q11_1", "kruskal_wallis"]
    assert (round(kruskal["statistic"], 2), kruskal["df1"]) == (6.51, 6)
    assert ("q3_1", "q11_1", "wilcoxon_asymptotic") not in rows
    seven = [f"q3_{k}" for k in range(1, 8)]
    designed(*seven, scales={"outlook": {"items": seven}})
    assert main(["estimate", str(FIOCRUZ), "design.yaml", "--json"]) == 0
    scale = json.loads(capsys.readouterr().out)["scales"][0]
    assert (round(scale["alpha"], 7), scale["n"]) == (0.7711276, 1334)


def test_joined_answers_are_split_by_the_options_or_by_what_joins_them(run: Run) -> None:
    options = ["Radio", "Press, print", "Press"]
    frame = pd.DataFrame(
        {
            "media": ["Radio, Press, print", "Press", "", "Press, Radio", "_not_asked"],
            "tools": ["a; b", "b", "", "a;b ", "_not_asked"],
        }
    )
    settings: dict[str, Any] = {
        "selection": "purposive",
        "multiple": {
            "m": {"column": "media", "options": options, "blank_means": "no_answer"},
            "t": {"column": "tools", "split": "; ", "blank_means": "not_ticked"},
        },
    }
    _, out, _ = run("estimate", frame, settings, ["--json"])
    rows = json.loads(out)["estimates"]
    counts = {
        (r["item"], r["level"]): (r["n"], r["count"])
        for r in rows
        if r["base"] == "answered" or r["item"] == "t"
    }
    assert counts == {
        ("m", "Radio"): (3, 2),
        ("m", "Press, print"): (3, 1),
        ("m", "Press"): (3, 2),
        ("t", "a"): (4, 2),
        ("t", "b"): (4, 3),
    }
    frame.loc[1, "media"] = "Press, Telly"
    code, _, err = run("estimate", frame, settings)
    assert code == 3
    assert re.search("row 3, column media: 'telly' is not declared; expected Radio, Press,", err)


def test_several_crossings_are_those_of_each_by_itself(run: Run) -> None:
    one, two = (
        json.loads(run("estimate", LIBRARY, {**PLAIN, "by": by}, ["--json"])[1])["estimates"]
        for by in ("branch", ["age", "branch"])
    )
    assert [r for r in two if r["by"] in ("", "branch")] == one
    assert {r["by"] for r in two} == {"", "age", "branch"}
    _, given, _ = run("estimate", LIBRARY, PLAIN, ["--by", "age", "--by", "branch"])
    assert given == run("estimate", LIBRARY, {**PLAIN, "by": ["age", "branch"]})[1]
    assert given.count("never + monthly") == 1 + 3 + 3


@pytest.mark.parametrize("command", ["estimate", "compare"])
def test_chosen_questions_alone_are_shown(run: Run, command: str) -> None:
    """Their numbers are those that stand among all."""
    branch = {"categories": sorted(set(LIBRARY["branch"]))}
    two = {**PLAIN, "items": {**PLAIN["items"], "branch": branch}}
    rows = {"estimate": "estimates", "compare": "comparisons"}[command]

    def show(*options: str) -> Any:
        code, out, err = run(command, LIBRARY, two, ["--json", *options])
        assert code == 0, err
        return json.loads(out)[rows]

    every, own = show(), show("--items", "branch")
    assert {row["item"] for row in every} == {"use", "branch"}
    assert own == [row for row in every if row["item"] == "branch"] != []
    assert show("--items", "branch,use") == show("--items", "use", "--items", "branch") == every
    code, _, err = run(command, LIBRARY, two, ["--items", "brnch"])
    assert (
        code == 2
        and "--items brnch: not a question of this table. Its questions include branch." in err
    )


QUESTIONNAIRE = Path(__file__).with_name("club-1.yaml").read_text("utf-8")


def test_a_questionnaire_brings_questions_answers_and_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("club-1.yaml").write_text(QUESTIONNAIRE, "utf-8")
    answers = ["Seldom", "Often", "Always, every day", "Often"]
    rows = [
        f'0{k + 1}/03/2026 10:00:00,,"{visits}",{uses},{member}'
        for k, (visits, uses, member) in enumerate(
            zip(
                answers,
                ['"Pool, outside, Bar"', "Bar", "", "Bar"],
                ["Yes", "No", "Yes", "No"],
                strict=True,
            )
        )
    ]
    header = "Timestamp,Code,How often?,What do you use?,Member?"
    Path("export.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
    given = ["export.csv", "--questionnaire", "club-1.yaml"]
    assert main(["estimate", *given, "--selection", "purposive", "--language", "fr"]) == 0
    out = capsys.readouterr().out
    assert "visits: Venez-vous souvent ?" in out
    assert re.search(r"Rarement \+ Souvent +4 +3 +75\.0", out)
    assert re.search(r"answered +Piscine +3 +1 +33\.3", out)
    assert main(["compare", *given, "--selection", "opt-in", "--by", "member"]) == 0
    out = capsys.readouterr().out
    assert "visits: How often do you come? by member: Are you a member?: 4 answers (Yes 2," in out
    assert "uses: What do you use? by member: Are you a member?: 3 answers" in out
    assert re.search(r"^ +Bar +Yes +No ", out, re.M)
    assert main(["estimate", *given, "--selection", "purposive", "--language", "ar"]) == 0
    assert "visits: How often do you come?" in capsys.readouterr().out
    assert main(["estimate", *given]) == 2
    assert "--selection: missing" in capsys.readouterr().err


def test_few_people_behind_a_share_are_told() -> None:
    from readiness.commands.showing import few

    table = pd.DataFrame({"count": [0, 4, 40, 37], "n": [40, 40, 40, 40]})
    assert few(table).startswith("2 of 4 shares stand for fewer than 5 people")
    assert few(table.iloc[[0, 2]]) == ""
