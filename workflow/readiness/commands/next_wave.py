"""Plan the next wave: sample size, allocation over groups, and drawing the sample."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from readiness.analysis import planning
from readiness.analysis.planning import Wanted, expect, invite, share_out
from readiness.charts.figures import (
    AmountAxis,
    ChartRow,
    Dot,
    LineMark,
    Mark,
    Rule,
    TextMark,
    about,
    closing,
    word,
)
from readiness.charts.picture import LegendKey, Picture
from readiness.charts.rows import Rows
from readiness.config import WaveSettings, Weight, load_config
from readiness.ground.arrays import IntArray
from readiness.ground.errors import ConfigError
from readiness.ground.facts import Fact, Listed, Quantity, Value
from readiness.ground.figure_id import ANSWERED, FigureId, response_id, share_id
from readiness.ground.files import write_atomically
from readiness.ground.tables import read_text_table, write_csv
from readiness.ground.terminal import print_json
from readiness.language import Language, show, strip_marks, tell
from readiness.plan.runs import PlannedRun, input_files, runs_of
from readiness.program.layout import find_config
from readiness.provenance.digests import sha256_of
from readiness.questionnaire import TOTAL, Questionnaire, load_questionnaire
from readiness.readers import read_frame, read_margins, read_populations
from readiness.running.outputs import add_force, check_output
from readiness.survey.sizes import critical_value, draw, size_for_difference, smallest_difference

# Options that replace a value estimated from the wave: minimum, maximum, help text.
NUMBERS = {
    "share": (0.01, 0.99, "expected share of an answer (default: this wave's)"),
    "deff": (0.1, 3.9, "expected design effect (default: this wave's)"),
    "response": (0.01, 1, "expected response rate (default: this wave's)"),
    "margin": (
        0.1,
        49,
        "largest half-width of a group's confidence interval, in percentage points",
    ),
    "total-margin": (
        0.1,
        49,
        "largest half-width of the confidence interval of all respondents, in percentage points",
    ),
    "difference": (0.1, 99, "difference between two groups to detect, in percentage points"),
    "power": (0.05, 0.99, "probability of detecting that difference (default: 0.8)"),
}
HEADS = (
    "tables.column.group_label",
    *(f"plan.next.column.{name}" for name in ("people", "invited")),
    "plan.area.answers",
    *(f"plan.next.column.{name}" for name in ("limits", "margin", "open", "difference")),
)
# Wider than any table, so that no line is wrapped to the window.
PLAIN = Console(highlight=False, markup=False, color_system=None, width=300)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `readiness plan` that are about the next wave."""
    add = parser.add_argument_group("plan the next wave").add_argument
    add("--next", action="store_true", help="show how many answers each group needs")
    add("--json", action="store_true", help="with --next: print the plan as JSON, shares in 0-1")
    add("--draw", type=Path, metavar="FRAME", help="list of persons to draw the sample from")
    add(
        "--populations",
        type=Path,
        metavar="FILE",
        help="CSV of population counts by group, in the format of margins",
    )
    add(
        "--by",
        metavar="VARIABLE[,...]",
        help="variables whose values define the groups, or the strata when a sample is drawn",
    )
    add(
        "--item",
        metavar="ITEM",
        help="question to plan for (default: the first question that is compared)",
    )
    for name in ("margin", "total-margin", "difference", "power"):
        add(f"--{name}", type=float, metavar="NUMBER", help=NUMBERS[name][2])
    add(
        "--allocation",
        choices=planning.METHODS,
        default="smallest",
        help="how answers are allocated to the groups (default: smallest, the fewest answers that"
        " reach the margins)",
    )
    add(
        "--n",
        type=int,
        metavar="N",
        help="total number of answers (for every allocation except smallest)",
    )
    add(
        "--take-all", action="store_true", help="invite everybody in a group too small for --margin"
    )
    add("--seed", type=int, default=1, metavar="N", help="seed of the random draw (default: 1)")
    add(
        "--samples",
        type=int,
        default=200,
        metavar="N",
        help="number of simulated samples that check the plan, 0 to 10000 (default: 200)",
    )
    add = parser.add_argument_group(
        "assumptions about the next wave (shares between 0 and 1)"
    ).add_argument
    for name in ("share", "deff", "response"):
        add(f"--{name}", type=float, metavar="NUMBER", help=NUMBERS[name][2])
    add = parser.add_argument_group("files to write").add_argument
    add("--out", type=Path, metavar="FILE", help="CSV file for the table or the sample")
    add("--chart", type=Path, metavar="FILE", help="SVG file for a chart of precision by group")
    add_force(parser)


class Setting(NamedTuple):
    """Basis of a plan: strata with their people, labels of groups, targets.

    `frame`: the sampling frame, for a draw alone.
    """

    run: PlannedRun
    questionnaire: Questionnaire | None
    strata: pd.DataFrame
    labels: dict[str, str]
    wanted: Wanted
    frame: pd.DataFrame | None = None


def plan_next(arguments: argparse.Namespace) -> int:
    """Print the plan of the next wave, or write its sample; return 0."""
    for name, (low, high, _) in NUMBERS.items():
        value = getattr(arguments, name.replace("-", "_"))
        if value is not None and not low <= value <= high:
            raise ConfigError(f"--{name} {value:g}: expected a number from {low:g} to {high:g}.")
    if not 0 <= arguments.samples <= 10_000:
        raise ConfigError(f"--samples {arguments.samples}: expected 0 to 10000.")
    if arguments.json and not arguments.next:
        raise ConfigError(
            "--json can be used only with --next. With --draw, write the sample with --out FILE."
        )
    if arguments.draw and not arguments.out:
        raise ConfigError("--draw needs --out FILE, the file to write the sample to.")
    inputs = [path for path in (arguments.draw, arguments.populations) if path]
    for option, path in (("--out", arguments.out), ("--chart", arguments.chart)):
        if path:
            check_output(path, option, inputs, force=arguments.force, root=Path.cwd())
    setting = _read_setting(arguments)
    source = _guess(arguments, setting)
    answers = share_out(setting.strata, arguments.allocation, arguments.n, setting.wanted)
    if setting.frame is not None:
        _draw(arguments, setting, answers)
    else:
        _tell(arguments, setting, answers, source)
    return 0


def _read_setting(arguments: argparse.Namespace) -> Setting:
    """Read the strata with their people: from a frame, from populations, or from margins."""
    runs = {run.name: run for run in runs_of(load_config(find_config(Path())))}
    if arguments.wave not in runs:
        listed = ", ".join(runs)
        raise ConfigError(f"config.yaml has no wave or study {arguments.wave!r}. It has {listed}.")
    run = runs[arguments.wave]
    section, files = run.section, input_files(run.section)
    margin, total = (
        points and points / 100 for points in (arguments.margin, arguments.total_margin)
    )
    wanted = Wanted(margin, total, power=arguments.power or 0.8, take_all=arguments.take_all)
    by, asked = (arguments.by or "").split(","), None
    labels = {TOTAL: show(Fact("report.total"), arguments.language)}
    if isinstance(section, WaveSettings):
        asked = load_questionnaire(files["questionnaire"])
        by = by if arguments.by else [section.estimate.compared_variable]
        variables = {variable.id: variable for variable in asked.groupings}
        if absent := [name for name in by if name not in variables]:
            raise ConfigError(f"--by: {absent[0]!r}; expected some of {', '.join(variables)}.")
        labels |= variables[by[0]].labels(arguments.language)
        estimate_settings = section.estimate
        wanted = replace(wanted, interval=estimate_settings.interval, level=estimate_settings.level)
    if arguments.draw:
        if asked is None:
            raise ConfigError(f"--draw: {run.key} has no questionnaire. Name a wave.")
        frame = read_frame(arguments.draw, asked)
        if absent := [name for name in by if name not in frame]:
            raise ConfigError(
                f"--by: {absent[0]} is not a frame variable of {asked.id}. Name one of its frame "
                "variables."
            )
        frame.insert(1, "stratum", frame[by].agg(".".join, axis=1))
        parts = {"group": (by[0], "first"), "population": ("token", "size")}
        strata = frame.groupby("stratum").agg(**parts).reset_index()
        return Setting(run, asked, strata, labels, wanted, frame)
    if (path := arguments.populations or files.get("margins")) is None:
        raise ConfigError(
            f"--populations: {run.key} has no margins. Name a table of population counts by group."
        )
    people = read_populations(path)
    name = by[0] or next(iter(people))
    if len(by) > 1 or name not in people:
        raise ConfigError(
            f"--by: {path} has population counts by {', '.join(people)} only. Choose one of these."
        )
    if asked and (absent := sorted({*labels} - {TOTAL} - people[name].keys())):
        raise ConfigError(f"{path}: {name} lacks {', '.join(absent)}. Add their population counts.")
    groups = [*people[name]]
    table = {"stratum": groups, "group": groups, "population": [*people[name].values()]}
    if not asked:
        labels |= zip(groups, groups, strict=True)
    return Setting(run, asked, pd.DataFrame(table), labels, wanted)


def _guess(arguments: argparse.Namespace, setting: Setting) -> Fact:
    """Set each stratum's share, design effect and response rate; return their source.

    A wave's values come from its register; where the register suppresses a group's value, from the
    total.
    """
    stated = {name: getattr(arguments, name) for name in ("share", "deff", "response")}
    unset = [name for name, value in stated.items() if value is None]
    register = Path("results") / setting.run.folder / "register/figures.csv"
    source, ids = Fact("plan.next.source.stated"), dict[str, list[FigureId]]()
    if unset:
        options = ", ".join(f"--{name}" for name in unset)
        if setting.questionnaire is None or not register.is_file():
            raise ConfigError(
                f"{options}: not given, and {register} does not exist, so they cannot be "
                "estimated. Give them as options."
            )
        figures = read_text_table(register, "the register").set_index("id")
        items = [*dict.fromkeys(figures.loc[figures["kind"] == "estimate", "item"])]
        assert isinstance(setting.run.section, WaveSettings)
        item = arguments.item or [*setting.run.section.compare.items, *items][0]
        if item not in items:
            raise ConfigError(f"--item {item}: expected one of {', '.join(items)}.")
        level = setting.questionnaire.item(item).first_level
        groups = (*setting.strata["group"], TOTAL)
        shares = [share_id(item, level, group, ANSWERED) for group in groups]
        rates = [response_id("rr2", group) for group in groups]
        ids = {"share": shares, "deff": shares, "response": rates}
        values = {"item": item, "level": level, "wave": setting.run.name}
        source = Fact("plan.next.source.measured", values)
    for name, value in stated.items():
        stratum_values = np.full(len(setting.strata), value, dtype=np.float64)
        if value is None:
            cells = figures.reindex(ids[name])["deff" if name == "deff" else "value"]
            *group_values, total_value = pd.to_numeric(cells, errors="coerce")
            stratum_values = np.where(np.isfinite(group_values), group_values, total_value)
            if np.isnan(stratum_values).any():
                raise ConfigError(
                    f"--{name}: the register has no value for this option. Give it on the command "
                    "line."
                )
        setting.strata[name] = np.clip(stratum_values, *NUMBERS[name][:2])
    return source


def _draw(arguments: argparse.Namespace, setting: Setting, answers: IntArray) -> None:
    """Draw the sample from the frame, and write it with its base weights."""
    frame, strata = setting.frame, setting.strata.assign(drawn=invite(setting.strata, answers))
    assert frame is not None and isinstance(setting.run.section, WaveSettings)
    sizes = dict(zip(strata["stratum"], strata["drawn"].astype(int), strict=True))
    places = draw([*frame["token"]], [*frame["stratum"]], sizes, arguments.seed)
    stratum, population = frame["stratum"].iloc[places], frame["stratum"].value_counts()
    drawn = frame.iloc[places].assign(
        stratum_population=stratum.map(population),
        stratum_drawn=stratum.map(sizes),
        base_weight=stratum.map({name: population[name] / n for name, n in sizes.items()}),
    )
    write_csv(drawn, arguments.out, private=True)
    print(
        f"{arguments.out}: {len(drawn)} of {len(frame)} persons. Register it:\nreadiness data add "
        f"{arguments.out} --dataset {setting.run.name}-sample --as 1 --questionnaire "
        f"{setting.run.section.questionnaire} --restricted --note 'drawn from the frame "
        f"{sha256_of(arguments.draw)} (SHA-256) with seed {arguments.seed}'"
    )


def _tell(arguments: argparse.Namespace, setting: Setting, answers: IntArray, source: Fact) -> None:
    """Print the plan by group, and write its table and chart."""
    language, strata, wanted = arguments.language, setting.strata, setting.wanted
    table = expect(strata, answers, wanted)
    facts = [source, *_list_sentences(arguments, setting, table)]
    if len(table) > 2 and arguments.samples:
        facts.append(_simulate(arguments, setting, answers, table, source))
    if arguments.out:
        write_csv(table, arguments.out)
    if arguments.chart:
        twice = np.minimum(2.0 * answers, planning.most_answers(strata)).astype(np.int64)
        sizes = (np.maximum(answers // 2, 1), answers, twice)
        halves = np.column_stack([expect(strata, n, wanted)["margin"] for n in sizes])[1:]
        precision_rows = zip(table["group"][1:], table["answers"][1:], halves, strict=True)
        groups = [(setting.labels[group], int(size), half) for group, size, half in precision_rows]
        simulated = getattr(setting.run.section, "simulated", False)
        picture = precision(groups, wanted.margin, language, simulated=simulated)
        write_atomically(arguments.chart, picture.svg())
    sentences = [strip_marks(tell(fact, language)) for fact in facts]
    if arguments.json:
        labelled = table.assign(label=table["group"].map(setting.labels))
        # Pandas writes null for a missing or an infinite number.
        groups = json.loads(labelled.to_json(orient="records", double_precision=12))
        print_json({"wave": setting.run.name, "groups": groups, "sentences": sentences})
        return
    printed_table = Table(box=box.SIMPLE_HEAD)
    for at, key in enumerate(HEADS):
        head = strip_marks(show(Fact(key), language))
        printed_table.add_column(head, justify="right" if at else "left")
    for row in table.to_dict("records"):
        cells = [
            setting.labels[row["group"]],
            "?" if np.isinf(row["population"]) else show(int(row["population"]), language),
            *(show(int(row[name]), language) for name in ("invited", "answers")),
            _show_range(row["lower"], row["upper"], language),
            show(_make_points(row["margin"]), language),
            _show_range(row["open_lower"], row["open_upper"], language),
            "?" if np.isnan(row["difference"]) else show(_make_points(row["difference"]), language),
        ]
        printed_table.add_row(*map(strip_marks, cells))
    PLAIN.print(printed_table)
    print("\n".join(sentences))


def _make_share(value: float) -> Quantity:
    return Quantity.of(float(value), "share", 0)


def _make_points(value: float) -> Quantity:
    return Quantity.of(100 * float(value), "number", 1)


def _show_range(low: float, high: float, language: Language) -> str:
    if np.isnan(low):
        return "?"
    ends = {"lower": _make_share(low), "upper": _make_share(high)}
    return show(Fact("language.interval", ends), language)


def _list_sentences(
    arguments: argparse.Namespace, setting: Setting, table: pd.DataFrame
) -> list[Fact]:
    """Return the sentences on the plan: total, notable groups, difference to detect."""
    wanted, total, groups = setting.wanted, table.iloc[0], table.iloc[1:]
    values = {name: _make_share(total[name]) for name in ("share", "lower", "upper")}
    facts = [Fact("plan.next.total", {**values, "n": int(total["answers"])})]
    margin = 1.05 * (wanted.margin or 1.0)
    of_groups = {
        "plan.next.hidden": ~groups["shown"],
        "plan.next.whole": groups["whole"],
        "plan.next.missed": groups["margin"] > margin,
        "plan.next.printed": (groups["margin"] <= margin)
        & (groups["upper"] - groups["lower"] > 2 * margin),
        "plan.next.unknown": np.isinf(groups["population"]),
    }
    for kind, rows in of_groups.items():
        if rows.any():
            group_labels = tuple(setting.labels[group] for group in groups["group"][rows])
            facts.append(Fact(kind, {"groups": Listed(group_labels)}))
    if arguments.difference:
        share, difference = float(total["share"]), arguments.difference / 100
        second_share = min(max(share + (difference if share <= 0.5 else -difference), 0.0), 1.0)
        deff, critical = setting.strata["deff"].max(), critical_value(len(groups), wanted.level)
        spreads = (deff * share * (1 - share), deff * second_share * (1 - second_share))
        n = size_for_difference(spreads, difference, critical=critical, power=wanted.power)
        targets = {"points": _make_points(difference), "power": _make_share(wanted.power)}
        facts.append(Fact("plan.next.needed", {**targets, "n": int(np.ceil(n))}))
    return facts


def _simulate(
    arguments: argparse.Namespace,
    setting: Setting,
    answers: IntArray,
    table: pd.DataFrame,
    source: Fact,
) -> Fact:
    """Return the smallest detectable difference between the two groups with the fewest answers.

    Simulated, and by the formula. For a wave that has run, its respondents are drawn again and
    weighted to its margins.
    """
    section, questionnaire = setting.run.section, setting.questionnaire
    people, weight, margins = planning.spread_people(setting.strata), Weight(), dict[str, Any]()
    measured = source.kind == "plan.next.source.measured" and not arguments.populations
    if measured and questionnaire and isinstance(section, WaveSettings) and section.weight:
        coded = read_text_table(Path(setting.run.answers), "the coded answers")
        coded = coded[~coded["group"].isin(questionnaire.groups_apart)]
        people = coded.assign(stratum=coded[arguments.by or section.estimate.compared_variable])
        weight, margins = (
            section.weight,
            read_margins(input_files(section)["margins"], questionnaire),
        )
    rows = table[1:].sort_values("effective", kind="stable")[:2]
    (first, second), sizes = rows["group"], tuple(rows["effective"])
    pair, draw_settings = (first, second), (arguments.samples, arguments.seed)
    simulation = planning.simulate(
        setting.strata, answers, people, (weight, margins), setting.wanted, pair, *draw_settings
    )
    formula = float(
        smallest_difference(simulation.share, sizes, setting.wanted.reach(len(table) - 1))
    )
    # Without a result of the formula, search from the largest possible difference.
    smallest = simulation.smallest(
        formula if np.isfinite(formula) else max(simulation.share, 1 - simulation.share)
    )
    values: dict[str, Value] = {"first": setting.labels[first], "second": setting.labels[second]}
    values |= {"samples": arguments.samples, "power": _make_share(setting.wanted.power)}
    if np.isnan(smallest):
        return Fact("plan.next.nothing", values)
    detected = simulation.power(smallest)
    values |= {
        "points": _make_points(smallest),
        "seen": _make_share(detected),
        "error": _make_points(np.sqrt(detected * (1 - detected) / arguments.samples)),
    }
    formula_text: Value = _make_points(formula) if np.isfinite(formula) else "?"
    return Fact("plan.next.simulated", {**values, "formula": formula_text})


# Dots of a row: half of the answers, the planned answers, twice as many.
LOOKS = {
    "plan.next.chart.half": ("muted", False),
    "plan.next.chart.planned": ("accent", True),
    "plan.next.chart.double": ("accent", False),
}


def precision(
    groups: Sequence[tuple[str, int, Sequence[float]]],
    margin: float | None,
    language: Language,
    *,
    simulated: bool,
) -> Picture:
    """Return a picture of precision, one row per group, in points; `margin` (0-1): a line across.

    `groups`: label, answers, and half the width of a share's interval (0-1) for each of `LOOKS`.
    """
    rows = []
    for label, answers, margins in groups:
        points = [100 * half for half in margins]
        dots = [Dot(at, "circle", *look) for at, look in zip(points, LOOKS.values(), strict=True)]
        planned_text = show(Quantity.of(points[1], "number", 1), language)
        answers_text = word("count.answer", language, n=answers)
        line = LineMark(min(points), max(points), "muted", 1.5)
        # The planned dot lies on top: in a small group the others may have the same place.
        marks: list[Mark] = [line, dots[0], dots[2], dots[1]]
        rows.append(ChartRow(label, marks, [TextMark(planned_text, bold=True)], answers_text))
    rules: list[Rule] = []
    keys = [
        LegendKey(word(key, language), c, "circle", filled) for key, (c, filled) in LOOKS.items()
    ]
    if margin:
        rules.append(Rule(100 * margin, "margin", "second"))
        keys.append(LegendKey(word("plan.next.chart.margin", language), "second", "stroke"))
    description = about("plan.next.chart.alt", [label for label, *_ in groups])
    return Picture(
        word("plan.next.chart.title", language),
        [*description, *closing(simulated=simulated)],
        language,
        [Rows(rows, AmountAxis("number", rules))],
        simulated=simulated,
        subtitle=word("plan.next.chart.subtitle", language),
        keys=keys,
    )
