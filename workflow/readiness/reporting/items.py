"""What a document says of an item, by its kind: for any questionnaire, whatever it asks."""

from __future__ import annotations

from collections.abc import Iterator

from readiness.facts import Fact, Listed, Term, Value
from readiness.language import Language, text
from readiness.questionnaire.model import Item
from readiness.reporting import statements
from readiness.reporting.blocks import Block, paragraphs
from readiness.reporting.markdown import EMPTY, label, plain, table
from readiness.reporting.shown import ShownWave

ANSWERS, INTERVAL = "report.column.answers", "report.column.interval"
OPTION = "report.column.option"
PAIRS = ("report.column.pair", "report.column.difference", INTERVAL, "report.column.p_adjusted")
"""Headings of columns."""
PRIMARY = {
    "permutation": ("permutation_midrank", "permutation_pearson"),
    "rao_scott": ("rao_scott_f",),
    "effect_size": (),
    "multiple_marginal": ("multiple_marginal_f",),
}
"""The tests that a choice of the primary one can mean, by the name in the register."""
CHECK = "proportional_odds_check"
ORDINAL_MODEL = "ordinal_logit_term"


def item_block(wave: ShownWave, name: str) -> Block:
    """The block of one item, with the title that the configuration gives it, or its label."""
    item = wave.questionnaire.item(name)
    title = wave.settings["titles"].get(name) or item.label.text(wave.language)
    told = _Told(wave, item)
    body = {
        "ordinal": told.scale,
        "single": told.single,
        "multi": told.options,
        "number": told.number,
    }[item.kind]
    return Block(f"item-{name}", plain(title), body)


def level_label(item: Item, language: Language) -> Value:
    """What the headline figure is of: a category, the levels of a box, a mean."""
    if item.kind == "number":
        return Term("report.column.mean")
    labels = item.labels(language)
    return Listed(tuple(labels[code] for code in item.shown_codes), "or")


class _Told:
    """One item of a wave, and the pieces of its block."""

    def __init__(self, wave: ShownWave, item: Item) -> None:
        self.wave, self.item, self.register = wave, item, wave.register
        self.level, self._of = item.shown, level_label(item, wave.language)
        self.labels = {code: plain(name) for code, name in item.labels(wave.language).items()}

    # The blocks.

    def scale(self) -> str:
        """An ordinal item: all levels, tests, then the headline box with its precision."""
        return paragraphs(
            [
                self._chart("levels", "report.caption.levels"),
                self._levels(),
                *self._tests(),
                self._chart("intervals", "report.caption.share"),
                self._shares(),
                *self._contrasts(),
            ]
        )

    def single(self) -> str:
        """A single choice: of two, one share by group; of more, all of them."""
        if "intervals" in self.item.forms:
            first = [self._chart("intervals", "report.caption.share"), self._shares()]
        else:
            first = [self._chart("levels", "report.caption.levels"), self._levels()]
        return paragraphs([*first, *self._tests(), *self._contrasts()])

    def options(self) -> str:
        """A multiple choice: each option on both of its bases, then by group where published."""
        return paragraphs(
            [self._chart("options", "report.caption.options"), self._options(), self._by_group()]
        )

    def number(self) -> str:
        """A number: its mean by group, and the median where the register has it."""
        return paragraphs([self._chart("means", "report.caption.mean"), self._means()])

    # Tables.

    def _word(self, key: str) -> str:
        return text(key, self.wave.language)

    def _id(self, level: str, group: str) -> str:
        return f"{self.item.id}.{level}.{group}"

    def _span(self, identity: str) -> str:
        return self.register.span(identity) if self.register.has(identity) else EMPTY

    def _interval(self, identity: str) -> str:
        if not self.register.has(f"{identity}.lower"):
            return EMPTY
        ends = {end: self.register.named(f"{identity}.{end}") for end in ("lower", "upper")}
        return self.wave.tell("report.interval", **ends)

    def _name(self, kind: str) -> str:
        return label("tbl", self.wave.run, self.item.id, kind)

    def _caption(self, kind: str, **values: Value) -> str:
        unit = self.item.range.unit.text(self.wave.language) if self.item.range else ""
        shared: dict[str, Value] = {
            "item": self.item.label.text(self.wave.language),
            "by": self.wave.by_text,
            "level": self._of,
            "unit": unit,
        }
        return self.wave.caption(kind, **{**shared, **values})

    def _chart(self, form: str, caption: str) -> str:
        said = self._caption(caption)
        return self.wave.chart(f"{self.item.id}-{form}", said)

    def _groups(self, level: str) -> dict[str, str]:
        groups = self.wave.groups(self.item.id).items()
        return {code: name for code, name in groups if self.register.has(self._id(level, code))}

    def _levels(self) -> str:
        rows = [
            [
                name,
                *(self._span(self._id(level, group)) for level in self.item.codes),
                self._span(f"{self.item.id}.n.{group}"),
            ]
            for group, name in self._groups(self.item.codes[0]).items()
        ]
        header = [
            plain(self.wave.by_text),
            *self.labels.values(),
            self._word("report.column.answers"),
        ]
        caption = self._caption("report.caption.levels")
        return table(header, rows, self._name("levels"), caption)

    def _shares(self) -> str:
        """The headline share by group; its interval and precision where the selection gives them.

        A word for the precision is of sampling: there is none where nothing was drawn.
        """
        told, drawn = self.wave.selection.intervals, self.wave.selection.drawn
        rows = []
        for group, name in self._groups(self.level).items():
            figure = self._id(self.level, group)
            answers = self._span(f"{self.item.id}.n.{group}")
            row = [name, self._span(figure), answers]
            if told:
                row[2:2] = [self._interval(figure)]
                row += [self._span(f"{figure}.n_eff")]
            if drawn:
                row += [self._precision(figure)]
            rows.append(row)
        share = self.wave.tell("report.column.share", level=self._of)
        columns = [
            *([INTERVAL] if told else []),
            ANSWERS,
            *(["report.column.n_eff"] if told else []),
            *(["report.column.precision"] if drawn else []),
        ]
        header = [plain(self.wave.by_text), share, *map(self._word, columns)]
        caption = self._caption("report.caption.share")
        return table(header, rows, self._name("share"), caption, (0, 5) if drawn else (0,))

    def _precision(self, figure: str) -> str:
        word = statements.precision(self.register.row(figure)["reliability"], self.wave.selection)
        return text(word.key, self.wave.language) if word else EMPTY

    def _options(self) -> str:
        told = self.wave.selection.intervals
        rows = []
        for code, name in self.labels.items():
            figure = self._id(code, "all")
            row = [name, self._span(figure), self._span(f"{figure}.asked")]
            if told:
                row[2:2] = [self._interval(figure)]
            rows.append(row)
        among = ("report.column.among_answers", "report.column.among_asked")
        columns = (OPTION, among[0], INTERVAL, among[1]) if told else (OPTION, *among)
        header = [self._word(column) for column in columns]
        return table(header, rows, self._name("options"), self._caption("report.caption.options"))

    def _by_group(self) -> str:
        groups = self._groups(self.item.codes[0])
        if len(groups) < 2:
            return ""
        rows = [
            [name, *(self._span(self._id(code, group)) for group in groups)]
            for code, name in self.labels.items()
        ]
        header = [self._word(OPTION), *groups.values()]
        caption = self._caption("report.caption.options_by_group")
        return table(header, rows, self._name("groups"), caption)

    def _means(self) -> str:
        told = self.wave.selection.intervals
        groups = self._groups("mean")
        median = any(self.register.has(self._id("median", group)) for group in groups)
        rows = []
        for group, name in groups.items():
            figure = self._id("mean", group)
            rows.append(
                [
                    name,
                    self._span(figure),
                    *([self._interval(figure)] if told else []),
                    *([self._span(self._id("median", group))] if median else []),
                    self._span(f"{self.item.id}.n.{group}"),
                ]
            )
        columns = [
            "report.column.mean",
            *([INTERVAL] if told else []),
            *(["report.column.median"] if median else []),
            ANSWERS,
        ]
        caption = self._caption("report.caption.mean")
        header = [plain(self.wave.by_text), *map(self._word, columns)]
        return table(header, rows, self._name("mean"), caption) if rows else ""

    # Comparison.

    def _p(self, test: str) -> float | None:
        return self.register.number(f"{self.item.id}.test.{test}.p")

    def _p_named(self, test: str) -> Value:
        return self.register.named(f"{self.item.id}.test.{test}.p")

    @property
    def _confidence(self) -> float:
        """The confidence level: a register with p-values has it."""
        return float(self.register.row("settings.level")["value"])

    def _tests(self) -> Iterator[str]:
        """Why which test is primary, what it says, what others say; nothing where none was made."""
        if self.item.id not in self.wave.choices:
            return
        if not self.wave.selection.p_values:
            yield self.register.told(statements.no_test(self.wave.selection))
            return
        lead, reason = self.wave.choices[self.item.id]
        if not lead:
            yield self.register.told(reason)
            return
        tests, effect = [self._difference(lead), *self._beside(lead)], [*self._effect()]
        said = [*effect, *tests] if lead == "effect_size" else [*tests, *effect]
        sentences = [reason, *said]
        yield " ".join(self.register.told(fact) for fact in sentences)

    def _difference(self, lead: str) -> Fact:
        """What the primary test says; beside an effect that is read first, Rao-Scott's F."""
        names = PRIMARY[lead] or ("rao_scott_f",)
        test = next((name for name in names if self._p(name) is not None), None)
        if test is None:
            return statements.difference(None, self._confidence, {})
        level = self.register.named("settings.level")
        name = statements.test_name(test)
        values = {"p": self._p_named(test), "level": level, "test": name}
        return statements.difference(self._p(test), self._confidence, values)

    def _beside(self, lead: str) -> Iterator[Fact]:
        primary = next((t for t in PRIMARY[lead] or ("rao_scott_f",) if self._p(t) is not None), "")
        names = [key.rpartition(".")[2] for key in statements.TESTS]
        others = [
            (test, self._p_named(test))
            for test in names
            if test != primary and self._p(test) is not None
        ]
        if fact := statements.tested(others):
            yield fact
        if any(self._p(test) is not None for test in PRIMARY["permutation"]):
            yield Fact("report.draws", {"draws": self.register.named("settings.permutations")})
        if self.item.kind == "ordinal" and self._p(ORDINAL_MODEL) is not None:
            known = self._p(CHECK) is not None
            values = {"p": self._p_named(CHECK)} if known else {}
            yield statements.proportional_odds(self._p(CHECK), self._confidence, values)

    def _effect(self) -> Iterator[Fact]:
        effect = f"{self.item.id}.test.cramers_v"
        if self.register.number(effect) is None:
            return
        names = {"effect": effect, "lower": f"{effect}.lower", "upper": f"{effect}.upper"}
        whole = all(self.register.number(identity) is not None for identity in names.values())
        kind = "report.effect.interval" if whole else "report.effect"
        values = {
            name: self.register.named(identity)
            for name, identity in names.items()
            if self.register.number(identity) is not None
        }
        yield Fact(kind, values)

    def _contrasts(self) -> Iterator[str]:
        """The differences between groups, which of them are established, and what is not shown."""
        labels = self.wave.group_labels
        found = {
            (a, b): figure
            for a in labels
            for b in labels
            if self.register.has(figure := f"{self.item.id}.contrast.{a}.{b}")
        }
        if not found:
            return
        yield self._contrast_table(found)
        if not self.wave.selection.p_values:
            return
        pairs = {
            (labels[a], labels[b]): self.register.number(f"{figure}.p")
            for (a, b), figure in found.items()
        }
        said = [statements.contrasts(pairs, self._confidence)]
        counts = {
            name: self.register.number(f"{self.item.id}.contrast.{name}")
            for name in ("family", "shown")
        }
        if (counts["shown"] or 0) < (counts["family"] or 0):
            named = {
                name: self.register.named(f"{self.item.id}.contrast.{name}") for name in counts
            }
            said.append(Fact("report.contrasts.hidden", named))
        yield " ".join(self.register.told(fact) for fact in said)

    def _contrast_table(self, found: dict[tuple[str, str], str]) -> str:
        selection, labels = self.wave.selection, self.wave.group_labels
        rows = [
            [
                f"{plain(labels[b])} – {plain(labels[a])}",
                self.register.span(figure),
                *([self._interval(figure)] if selection.intervals else []),
                *([self._span(f"{figure}.p")] if selection.p_values else []),
            ]
            for (a, b), figure in found.items()
        ]
        header = [self._word(key) for key in PAIRS[: len(rows[0])]]
        if selection.p_values:
            method = statements.adjustment(str(self.wave.settings["adjust"]))
            caption = self._caption("report.caption.contrasts", method=method)
        else:
            caption = self._caption("report.caption.differences")
        return table(header, rows, self._name("contrasts"), caption)
