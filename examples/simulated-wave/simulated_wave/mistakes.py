"""The mistakes of real exports, planted one by one and written down.

Each planted fault gets a respondent of its own, so that no two meet in one submission, and a line
in the record: rule, respondent, item, and the exports in which it stands. Tests compare the record
with what validation finds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
import pandas as pd

from readiness.questionnaire import Questionnaire, match_key
from simulated_wave import scenario
from simulated_wave.submissions import Submission

Condition = Callable[[Submission], bool]
Correction = dict[str, str]

# Reasons that the corrections file gives.
_PHONE = "confirmed by telephone (simulated)"
_CARD = "professional card checked (simulated)"


def _answered(item: str) -> Condition:
    return lambda submission: bool(submission.texts[item])


class Mistakes:
    """Plants faults in clean submissions and keeps the record."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        professionals: Sequence[Submission],
        nonrespondents: Sequence[Submission],
        rng: np.random.Generator,
    ) -> None:
        self.questionnaire = questionnaire
        self.rng = rng
        order = np.argsort(rng.random(len(professionals)), kind="stable").tolist()
        self._free: list[Submission] = [professionals[position] for position in order]
        self._spare = list(nonrespondents)
        self.extra: list[Submission] = []
        self.corrections: list[Correction] = []
        self._record: list[tuple[int, str, str, str]] = []

    @property
    def planted(self) -> pd.DataFrame:
        """The record: `export` (1 or 2), `rule`, `respondent`, `item`; sorted."""
        columns = ["export", "rule", "respondent", "item"]
        frame = pd.DataFrame(self._record, columns=columns)
        return frame.sort_values(columns, kind="stable").reset_index(drop=True)

    def record(
        self, rule: str, respondent: str, item: str = "", exports: set[int] | None = None
    ) -> None:
        """Write a fault down, in the exports named (both by default)."""
        for export in sorted(exports or {1, 2}):
            self._record.append((export, rule, respondent, item))

    def take(self, export: int = 1, where: Condition = lambda _: True) -> Submission:
        """A submission without a fault yet: in both exports (1), or in the second alone (2)."""
        wanted = {1, 2} if export == 1 else {2}
        for position, submission in enumerate(self._free):
            if submission.exports == wanted and where(submission):
                return self._free.pop(position)
        raise ValueError("no submission left for this fault; the scenario is too small")

    def answer_faults(self) -> None:
        """Faults of single answers."""
        for text in ("2041", "-3", "99"):
            self._plant("out_of_range", "experience_years", text)
        for text in ("douze", "12,5", "plus de 20"):
            self._plant("not_a_number", "experience_years", text)
        for item, text in (
            ("perception", "Mitigé"),
            ("training_need", "Très fort"),
            ("future_use", "Cela dépend"),
        ):
            self._plant("unknown_option", item, text)
        self._plant("out_of_range", "experience_years", "1987", export=2)
        self._plant("unknown_option", "jobs", "Les trois", export=2)
        self._multi_faults()
        self._routing_faults()
        for offset in (1, 2, 3):
            submission = self.take()
            self._declare_other(submission, offset)
            self.record("differs_from_frame", submission.invitation, "declared_profession")
        for _ in range(24):
            self._misspell(1)
        for _ in range(3):
            self._misspell(2)

    def _plant(self, rule: str, item: str, text: str, export: int = 1) -> None:
        submission = self.take(export, _answered(item))
        submission.texts[item] = text
        self.record(rule, submission.invitation, item, submission.exports)

    def _multi_faults(self) -> None:
        areas = self.questionnaire.item("use_areas")
        unknown = areas.dont_know.text if areas.dont_know else ""

        def ticked(submission: Submission) -> bool:
            return submission.texts["use_areas"] not in ("", unknown)

        for rule, added in (
            ("unknown_option", "Étalonnage"),
            ("unknown_option", "Autre : storyboard, repérages"),
            ("contradiction", unknown),
        ):
            submission = self.take(where=ticked)
            submission.texts["use_areas"] += f";{added}"
            self.record(rule, submission.invitation, "use_areas")

    def _routing_faults(self) -> None:
        areas = self.questionnaire.item("use_areas")
        for position in (0, 1):
            submission = self.take(where=lambda s: s.texts["use_ai"] == "Non")
            submission.texts["use_areas"] = areas.categories[position].text
            self.record("routed_out", submission.invitation, "use_areas")
        submission = self.take(
            where=lambda s: s.texts["use_ai"] == "Oui" and bool(s.texts["use_areas"])
        )
        submission.texts |= {"use_ai": "", "tools": ""}
        self.record("no_answer", submission.invitation, "use_ai")
        self.record("routing_unclear", submission.invitation, "use_areas")
        submission = self.take()
        submission.texts["respondent_group"] = ""
        self.record("no_answer", submission.invitation, "respondent_group")
        self.record("group_conflict", submission.invitation)

    def _declare_other(self, submission: Submission, offset: int) -> str:
        """Declare a profession some places further in the list; returns the true one's code."""
        categories = self.questionnaire.item("declared_profession").categories
        text = submission.texts["declared_profession"]
        true = next(i for i, category in enumerate(categories) if category.text == text)
        other = categories[(true + offset) % len(categories)]
        submission.texts["declared_profession"] = other.text
        return categories[true].code

    def _misspell(self, export: int) -> None:
        """Change the spelling of one answer: spaces, no-break spaces, case, apostrophes, units."""
        items = [item for item in self.questionnaire.items if not item.kind.is_free_text]
        item = items[int(self.rng.random() * len(items))]
        if item.id == "expert_field":
            item = self.questionnaire.item("experience_years")
        submission = self.take(export, _answered(item.id))
        text = submission.texts[item.id]
        if item.kind.is_number:
            ways = [f"{text} ans", f" {text}", f"{text}\u00a0ans"]
        else:
            ways = [
                f" {text}",
                f"{text} ",
                text.upper(),
                text.lower(),
                text.replace(" ", "\u00a0"),
                text.replace("'", "’"),
                text.replace(" ", "  "),
            ]
        ways = [way for way in ways if way != text]
        submission.texts[item.id] = ways[int(self.rng.random() * len(ways))]
        assert match_key(submission.texts[item.id]) != "", "a misspelt answer is still an answer"
        self.record("spelling", submission.invitation, item.id, submission.exports)

    def row_faults(self, tokens: frozenset[str], experts: Sequence[Submission]) -> None:
        """Faults of whole submissions."""
        self._duplicates()
        self._edited()
        for change in (str.lower, lambda code: f" {code[:4]} {code[4:]}", lambda code: f"{code} "):
            submission = self.take()
            self.record("invitation_spelling", submission.invitation)
            submission.invitation = change(submission.invitation)
        experts[0].invitation = "aucun"
        self.record("invitation_set_aside", experts[0].moment.strftime("open-%Y%m%dT%H%M%S"))
        opens, closes = (
            pd.Timestamp(day).to_pydatetime() for day in (scenario.OPENS, scenario.CLOSES)
        )
        for hours in (30, 31):
            self._outsider("early", opens - timedelta(hours=hours), "TEST", {1, 2})
        for day in range(1, 7):
            self._outsider(
                "late", closes + timedelta(days=day, hours=9, minutes=7 * day), None, {2}
            )
        middle = opens + timedelta(days=10, hours=12)
        mistyped = next(
            code
            for code in (f"{token[:7]}{letter}" for token in sorted(tokens) for letter in "S5")
            if code not in tokens
        )
        self._outsider("unknown_invitation", middle, mistyped, {1, 2})
        self._outsider("unknown_invitation", middle + timedelta(hours=3), "", {1, 2})
        self._outsider("unknown_invitation", closes, mistyped[::-1], {2})
        self._outsider("undated", middle, None, {1, 2}, stamp="12/03")

    def _duplicates(self) -> None:
        """Submissions sent twice: some are resolved in the tool before the second export."""
        for number in range(11):
            double_click = number % 4 == 3
            submission = self.take(1 if number < 9 else 2)
            exports = {1} if number < 6 else submission.exports
            again = submission.copy()
            again.exports = exports
            # The first attempt stands before the one that counts, or seconds before it.
            submission.moment += timedelta(minutes=20)
            again.moment = submission.moment - timedelta(seconds=3 if double_click else 900)
            if not double_click:
                again.texts |= {"remark": "", "training_need": "", "perception": "Très positif"}
            self.extra.append(again)
            self.record("duplicate", submission.invitation, exports=exports)

    def _edited(self) -> None:
        """Submissions completed by their authors after the first export."""
        items = ("time_saving", "cost_saving")
        for number in range(3):
            submission = self.take(where=lambda s: all(s.texts[item] for item in items))
            before = submission.copy()
            before.exports = {1}
            before.texts |= dict.fromkeys(items, "")
            self.extra.append(before)
            submission.exports = {2}
            submission.moment = scenario.EXPORT_1 + timedelta(days=number, hours=15)
            for item in items:
                self.record("no_answer", submission.invitation, item, {1})

    def _outsider(
        self, rule: str, moment: object, invitation: str | None, exports: set[int], stamp: str = ""
    ) -> None:
        """A whole submission that does not count; from someone invited who did not answer."""
        submission = self._spare.pop(0)
        submission.moment = pd.Timestamp(str(moment)).to_pydatetime()
        submission.stamp = stamp
        submission.exports = exports
        if invitation is not None:
            submission.invitation = invitation
        self.extra.append(submission)
        self.record(rule, submission.invitation, exports=exports)

    def corrected_faults(self) -> None:
        """Faults that someone looked into: each has its line in the corrections file."""
        for offset in (1, 3):
            submission = self.take()
            true = self._declare_other(submission, offset)
            declared = submission.texts["declared_profession"]
            self._correct(submission, "declared_profession", declared, true, _CARD)
        for item, text, to, export in (
            ("experience_years", "2014", "12", 1),
            ("experience_years", "150", "15", 1),
            ("preparation", "Moyenne à bonne", "medium", 1),
            ("experience_years", "1998", "28", 2),
        ):
            submission = self.take(export, _answered(item))
            submission.texts[item] = text
            self._correct(submission, item, text, to, _PHONE)

    def _correct(
        self, submission: Submission, item: str, exported: str, to: str, reason: str
    ) -> None:
        self.corrections.append(
            {
                "respondent": submission.invitation,
                "item": item,
                "from": exported,
                "to": to,
                "reason": reason,
                "reviewer": "simulated reviewer",
            }
        )
        self.record("corrected", submission.invitation, item, submission.exports)
        if 1 not in submission.exports:
            self.record("correction_unused", submission.invitation, item, {1})
