"""The benchmarks: a slice of each, enough to hold its page and its largest findings."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from project_copy import ROOT, benchmark_module
from readiness.config import load_config
from readiness.plan.runs import PlannedRun
from readiness.provenance import records as lineage
from readiness.questionnaire import load_questionnaire

MEASURED = (ROOT / "docs/measurements.md").read_text("utf-8")


def row_names(page: str) -> list[str]:
    """The first cell of each row of a page's tables."""
    return [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("|")]


def shipped_section(heading: str) -> str:
    return MEASURED.split(f"\n## {heading}")[1].split("\n## ")[0]


def test_withholding_small_counts_alone_protects_nobody() -> None:
    bench = benchmark_module("disclosure")
    results = bench.run((2, 101), 1)
    # A third of them at least: groups are printed in whole percents, which tell less than tenths,
    # and a count that may be of nobody in a group of five at most is not given away.
    by = results.groupby("rule")[["protected", "given", "refused"]].sum().T.to_dict()
    assert by["primaries"]["given"] > 0.3 * by["primaries"]["protected"] > 0
    assert by["suppressed"]["given"] == by["suppressed"]["refused"] == 0
    single = bench.tables(each=1)
    assert (single["loss"] > 0).any()
    page = bench.page(results, single)
    # Of few surveys not every size has a row.
    sizes = re.compile(r"\d+ to \d+")
    of_slice, of_page = (
        [name for name in row_names(text) if not sizes.fullmatch(name)]
        for text in (page, shipped_section("Disclosure control"))
    )
    assert of_slice == of_page


def test_what_a_register_withholds_of_groups_is_counted(tmp_path: Path) -> None:
    bench = benchmark_module("disclosure")
    columns = ("kind", "unit", "item", "group", "statistic", "value", "suppressed")
    kept = ("quality", "answers", "", "", "kept", "40", "")
    shares = [("q1", "all"), ("q1", "a"), ("q1", "b"), ("q2", "all"), ("q2", "a")]
    hidden = {"before.csv": shares[1:4], "now.csv": shares[3:]}
    for name, withheld in hidden.items():
        signs = [bench.RECOGNISED if share in withheld else "" for share in shares]
        rows = [
            ("estimate", "share", *share, "", "", sign)
            for share, sign in zip(shares, signs, strict=True)
        ]
        (tmp_path / "one").mkdir(exist_ok=True)
        pd.DataFrame([kept, *rows], columns=columns).to_csv(tmp_path / "one" / name, index=False)
    page = bench.compare_registers(tmp_path)
    assert "| one | 40 | 3 | 2 | 1 | 1 | 1 | 1 | 1 |" in page
    assert "1 of 1 surveys have at most half of 1.0, 0 have more than\nin 1.0 (none)" in page


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [0, 4])
def test_two_programs_learn_no_count_of_a_weighted_survey(seed: int) -> None:
    """Beside small counts alone the second one learns all; of 4 an earlier release is known."""
    alone, whole = benchmark_module("disclosure").tried(seed)
    assert alone.asked == alone.solved > 0 and whole.asked == alone.asked
    assert whole.given == whole.refused == whole.solved == 0


def test_the_page_of_the_leading_test_has_its_tables() -> None:
    bench = benchmark_module("leading_test")
    counts = pd.DataFrame(
        [
            (which, design, alternative, name, 1, 4)
            for which, names in (("choosing", bench.CANDIDATES), ("reporting", bench.REPORTED))
            for design in bench.WORLDS[which].names
            for alternative in (bench.NONE, *bench.ALTERNATIVES)
            for name in names
        ],
        columns=[*bench.KEYS, "held", "tried"],
    )
    written = bench.document(counts)
    shipped = shipped_section("The test that leads")
    assert row_names(written) == row_names(shipped)
    assert "| .250 | .250 |" in written

    def prose(page: str) -> set[str]:
        lines = (line.lstrip("#") for line in page.splitlines() if not line.startswith("|"))
        return {line.partition("There are ")[0] for line in lines}

    assert prose(written) - prose(shipped) == {" The test that leads"}


def test_no_published_digest_gives_a_count_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where digests had no key, every withheld count would be found."""
    bench = benchmark_module("digests")
    found = bench.attack_digests(2)
    assert found.counts > 10 and found.found == 0
    monkeypatch.setattr(lineage, "keyed_digest", lambda path, key: lineage.sha256_of(path))
    assert bench.attack_digests(2).found == found.counts


def test_a_long_wave_is_weighted_by_groups_within_its_limits(tmp_path: Path) -> None:
    million = benchmark_module("million")
    section = load_config(ROOT / "config.yaml").waves[million.WAVE]
    run = PlannedRun(f"waves/{million.WAVE}", million.WAVE, section)
    questionnaire = load_questionnaire(ROOT / f"data/questionnaires/{section.questionnaire}.yaml")
    million.write(tmp_path, questionnaire, 4000)
    cost = million.cost_of(million.command(run, tmp_path, "weight"))
    assert 0 < cost.cpu < 10 and cost.gigabytes < 1
    million.check(tmp_path)
    weights = pd.read_csv(tmp_path / "weight" / "weights.csv")["weight"]
    assert len(weights) == 4000
    assert (weights / weights.mean()).between(0.2 - 1e-9, 4 + 1e-9).all()


def test_every_planted_fault_is_found_and_no_other_of_its_rule(tmp_path: Path) -> None:
    bench = benchmark_module("validation")
    planted = bench.write(tmp_path / "export.csv", 5000)
    found = bench.found(tmp_path / "export.csv")
    assert {rule: found[rule] for rule in planted} == planted
    # Answers at random are an interview too, and no two of them are alike.
    assert found["kept"] == 5000 and set(found) == {*planted, "kept"}
    by_hand = bench.instead(tmp_path / "export.csv")
    cells = ("unknown_option", "out_of_range", "not_a_number")
    assert by_hand["cells"] == sum(planted[rule] for rule in cells)


def test_blanks_that_depend_on_the_answer_are_held_by_the_bounds_alone() -> None:
    held = benchmark_module("nonresponse").run(4).groupby(["item", "range"])["held"].mean()
    assert held["team_trained", "interval"] == 0
    assert held["team_trained", "empty questions"] == 1
    for item in ("use_ai", "preparation", "revolution"):
        assert held[item, "one of the last two"] == 1


def test_the_page_marks_what_misses_the_truth() -> None:
    bench = benchmark_module("nonresponse")
    asked = bench.questionnaire()
    truth = {"use_ai": 0.45, "team_trained": 0.48, "preparation": 0.6, "revolution": 0.5}
    rows: list[tuple[object, ...]] = []
    for name, value in truth.items():
        share = f"{name}.{asked.item(name).first_level}.all"
        off = 0.12 if name == "team_trained" else 0.0
        rows.append((share, value + off, value + off - 0.05, value + off + 0.05))
        for kind, below in (("worst", 0.13), ("others", 0.01)):
            rows.append((f"{share}.{kind}.lower", value + off - below, "", ""))
            rows.append((f"{share}.{kind}.upper", value + off, "", ""))
    register = pd.DataFrame(rows, columns=["id", "value", "lower", "upper"]).astype(str)
    lines = bench.shipped(register, asked, truth).splitlines()
    missing = [line for line in lines if "(misses)" in line]
    assert len(missing) == 1 and missing[0].startswith("| `team_trained` | 48.0 | 60.0 ")
    assert missing[0].count("(misses)") == 2  # the interval, and the range that is too short
    page = (ROOT / "docs/simulated-wave.md").read_text("utf-8")
    written = page[page.index(bench.BEGIN) : page.index(bench.END)]
    assert written.count("| `team_trained` |") == 2 and "500 redraws" in written.replace("\n", " ")


def test_weights_bring_use_ai_back_and_not_team_trained() -> None:
    """Every target is estimated by every method, whatever the number of workers."""
    redraws: Any = benchmark_module("redraws")
    results = redraws.run(3, 2)
    pd.testing.assert_frame_equal(
        redraws.run(1, 1), results[results["seed"] == redraws.FIRST_SEED].reset_index(drop=True)
    )
    shares = results[results["kind"] == "share"]
    counts = shares.groupby(["target", "method"]).size()
    assert len(counts) == len(redraws.TARGETS) * len(redraws.METHODS) and (counts == 3).all()
    assert shares["lower"].le(shares["value"]).all() and shares["value"].le(shares["upper"]).all()
    population = redraws.make_population()
    mean = shares.groupby(["target", "method"])["value"].mean()
    number = {target.item: n for n, target in enumerate(redraws.TARGETS) if target.group == "all"}
    truth = {item: redraws.share(population, redraws.TARGETS[n]) for item, n in number.items()}
    use, team = number["use_ai"], number["team_trained"]
    assert mean[use, "unweighted"] - truth["use_ai"] > 0.03
    assert abs(mean[use, "raked"] - truth["use_ai"]) < 0.03
    assert mean[team, "raked"] - truth["team_trained"] > 0.05
    shipped = shipped_section("Estimates against the truth")
    for page in (redraws.page(results, 3), shipped):
        assert page.count("| raked, limited |") == len(redraws.TARGETS) and "nan" not in page
    assert "--redraws 500`" in shipped


def test_every_small_wave_is_weighted_and_says_how() -> None:
    small: Any = benchmark_module("small_waves")
    results = small.run(6, 1, (12, 27))
    assert set(results["end"]) <= set(small.ENDS) - {"none"}
    # Of limits one thing happens: kept with the margins, kept without, or not kept.
    assert (results[["bounded", "trimmed", "limits"]].sum(axis=1) == 1).all()
    assert (results.loc[~results["trimmed"], "gap"] < 1e-3).all()
    assert (results.loc[results["trimmed"], "gap"] <= 0.1).all()
    assert (results.loc[~results["limits"], "largest"] <= 4 + 1e-6).all()
    assert results["lower"].le(results["estimate"]).all()
    assert results["estimate"].le(results["upper"]).all() and results["se"].gt(0).all()
    # Smaller waves keep less.
    less = results["end"].isin(["left_out", "strata"]).groupby(results["n"]).sum()
    assert less[12] > less[27]
    # A draw does not depend on the others.
    again = small.one_draw(27, 3)
    row = results[(results["n"] == 27) & (results["seed"] == 3)].iloc[0]
    assert {name: row[name] for name in again} == again
    names = row_names(small.page(results))
    assert names == row_names(shipped_section("Small waves"))
    assert set(small.MARKS.values()) <= set(names)


def test_a_slice_of_the_words_is_judged_against_the_truth() -> None:
    bench = benchmark_module("words")
    rows = [bench.simulate(seed) for seed in range(2)]
    assert all(row["side"] in ("", *bench.SIDES) for row in rows)
    for row in rows:
        assert 0 <= row["worst_lower"] <= row["share"] <= row["worst_upper"] <= 1
    # What counts as wrong: a side on which the truth does not lie.
    judged = [bench.judge_side(*each) for each in (("majority", 0.45), ("minority", 0.45))]
    assert judged == [True, False]
    assert bench.judge_side("half", 0.6) and not bench.judge_side("", 0.6)
    told = bench.document(pd.DataFrame(rows * 30))
    assert f"# {bench.SECTION}" in told and "at most 0.05" in told
