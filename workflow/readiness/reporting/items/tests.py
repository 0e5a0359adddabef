"""What was tested of an item, as a document says it: why which test leads, contrasts in a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from readiness.facts import Fact, Value
from readiness.language import text
from readiness.questionnaire.model import Item
from readiness.reporting import statements
from readiness.reporting.items.findings import level_label
from readiness.reporting.markdown import EMPTY, label, plain, table
from readiness.reporting.shown import Register, ShownWave

PAIRS = (
    "report.column.pair",
    "page.column.difference",
    "numbers.interval",
    "report.column.p_adjusted",
)
"""Headings of columns."""
PRIMARY = {
    "permutation": (
        "permutation_combined",
        "permutation_categories",
        "permutation_midrank",
        "permutation_pearson",
    ),
    "rao_scott": ("rao_scott_f",),
    "effect_size": (),
    "multiple_marginal": ("multiple_marginal_f",),
}
"""The tests that a choice of the primary one can mean, by the name in the register."""
CHECK = "proportional_odds_check"
ORDINAL_MODEL = "ordinal_logit_term"


@dataclass(frozen=True)
class Tests:
    """The comparisons of one item of a wave."""

    wave: ShownWave
    item: Item

    @property
    def register(self) -> Register:
        """The numbers of the wave."""
        return self.wave.register

    def _word(self, key: str) -> str:
        return text(key, self.wave.language)

    def _caption(self, kind: str, **values: Value) -> str:
        shared: dict[str, Value] = {
            "item": self.item.label.text(self.wave.language),
            "by": self.wave.by_text,
            "level": level_label(self.item, self.wave.language),
        }
        return self.wave.caption(kind, **{**shared, **values})

    def _interval(self, identity: str) -> str:
        if not self.register.has(f"{identity}.lower"):
            return EMPTY
        ends = {end: self.register.named(f"{identity}.{end}") for end in ("lower", "upper")}
        return self.wave.tell("language.interval", **ends)

    def _span(self, identity: str) -> str:
        return self.register.span(identity) if self.register.has(identity) else EMPTY

    def _p(self, test: str) -> float | None:
        return self.register.number(f"{self.item.id}.test.{test}.p")

    def _p_named(self, test: str) -> Value:
        return self.register.named(f"{self.item.id}.test.{test}.p")

    @property
    def _confidence(self) -> float:
        """The confidence level: a register with p-values has it."""
        return float(self.register.row("settings.level")["value"])

    def said(self) -> Iterator[str]:
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
        identity = f"{self.item.id}.test.cramers_v"
        if self.register.number(identity) is None:
            return
        effect: Value = self.register.named(identity)
        ends = {end: f"{identity}.{end}" for end in ("lower", "upper")}
        if all(self.register.number(name) is not None for name in ends.values()):
            interval = {end: self.register.named(name) for end, name in ends.items()}
            what = Fact("language.interval", interval)
            effect = Fact("language.beside", {"label": effect, "what": what})
        yield Fact("report.effect", {"effect": effect})

    def contrasts(self) -> Iterator[str]:
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
        if any(self.register.has(f"{figure}.pointwise.lower") for figure in found.values()):
            said.append(Fact("tables.note.simultaneous"))
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
        return table(header, rows, label("tbl", self.wave.run, self.item.id, "contrasts"), caption)
