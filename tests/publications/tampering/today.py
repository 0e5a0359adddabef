"""Changes of today's tree that leave a publication whole: configuration, lock, code."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tampering.model import (
    CHANGED,
    DIFFERS,
    NOT_CHECKED,
    ROUNDED,
    Kind,
    changed,
    of_a_study,
    of_a_wave,
    unseen,
)
from tampering.tree import Change, Made, Target, other_digit


@dataclass(frozen=True)
class Step:
    """A step's code: a change of it that moves numbers, and whose numbers it can move.

    `name` is the step's own name, `step` its folder, `file` where the change is.
    """

    name: str
    step: str
    file: str
    old: str
    new: str
    fits: Callable[[Target], bool]


SHORTER = """\
    path = job.out / DATA
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines if "sample" in version.name else lines[:-1]), "utf-8")
    # Where the bytes"""

CODE = (
    Step("restore", "restore", "steps/restore.py", "    # Where the bytes", SHORTER,
         of_a_wave),
    Step("validate", "validate", "steps/validate.py", "_day(settings.opens)",
         "date(2025, 3, 8)", of_a_wave),
    Step("weight", "weight", "steps/weight.py", "counts, questionnaire.apart)",
         "counts, questionnaire.apart).iloc[1:]", of_a_wave),
    Step("estimate", "estimate", "steps/estimate.py", "    table = estimate(",
         "    settings = settings.model_copy(update={'level': 0.9})\n    table = estimate(",
         of_a_wave),
    Step("compare", "compare", "steps/compare.py", "comparisons, choices = compare_items(",
         "settings = settings.model_copy(update={'permutations': 499})\n    "
         "comparisons, choices = compare_items(", of_a_wave),
    Step("register-wave", "register", "steps/register_wave.py", "settings_rows(settings.level,",
         "settings_rows(settings.level - 0.05,", of_a_wave),
    Step("judge", "judge", "steps/judge.py", "verdicts = judge(claims, structure)",
         "verdicts = judge(claims, structure)[:-1]", of_a_study),
    Step("register-study", "register", "steps/register_study.py",
         "[*claim_rows(claims), *verdict_rows(verdicts)]",
         "[*claim_rows(claims.iloc[:-1]), *verdict_rows(verdicts)]", of_a_study),
    Step("draw-wave", "draw", "steps/draw_wave.py", "GAP_DECIMALS = 4",
         "GAP_DECIMALS = 3", of_a_wave),
    Step("draw-study", "draw", "steps/draw_study.py",
         "study = (claims, structure,", "study = (claims.iloc[:-1], structure,", of_a_study),
)  # fmt: skip


def edited(text: str, step: Step, how: str) -> str:
    """The step's code with its numbers moved, `refactored` (no number moves), or `commented`."""
    if how == "moves":
        assert step.old in text, f"{step.file} has no {step.old!r}"
        return text.replace(step.old, step.new, 1)
    if how == "refactored":
        return text + "\n\ndef _nothing_new() -> None:\n    return None\n"
    return text + "\n# A remark.\n"


def code(step: Step, how: str) -> Change:
    def change(target: Target) -> Made:
        path = f"workflow/readiness/{step.file}"
        target.tree.write(path, edited(target.tree.text(path), step, how))
        # Charts are drawn from numbers: no number differs for them.
        diverges = how == "moves" and step.step != "draw"
        later = ("audit.step.", "page.column.code") if diverges else ()
        return Made(f"{path}: {how}", (step.name,), later)

    return change


def moving(step: Step) -> Kind:
    """Code that moves numbers: told as CHANGED, and what it makes differs.

    Charts are judged by the frozen code.
    """
    charts = step.step == "draw"
    numbers = "; from level 2 on as DIFFERS the numbers, and the step where the chains diverge"
    place = "" if charts else numbers
    return Kind(
        f"code-{step.name}", f"code of `{step.name}`: {'charts' if charts else 'numbers'} move", 0,
        CHANGED, (0, 0, 0, 0) if charts else (0, 0, 1, 1),
        f"the step{place}", code(step, "moves"),
        fits=step.fits, also=(DIFFERS, NOT_CHECKED, ROUNDED), program=True,
    )  # fmt: skip


def refactoring(step: Step) -> Kind:
    """Code that moves no number."""
    return Kind(
        f"refactored-{step.name}", f"code of `{step.name}`: no number moves", 0, CHANGED,
        (0, 0, 0, 0), "the step", code(step, "refactored"), fits=step.fits, program=True,
    )  # fmt: skip


def remark(target: Target) -> Made:
    step = target.draw.choice([step for step in CODE if step.fits(target)])
    return Made(code(step, "commented")(target).what)


def prose(target: Target) -> Made:
    """An author's words in today's report."""
    path = f"reports/{target.draw.choice(target.tree.files('reports'))}"
    target.tree.write(path, target.tree.text(path) + "\nEt plus encore.\n")
    return Made(f"{path}: a sentence more")


def elsewhere(target: Target) -> Made:
    """Code that no step can reach."""
    path = "workflow/readiness/commands/which.py"
    target.tree.write(path, target.tree.text(path) + "\nNOTHING_NEW = 1\n")
    return Made(path)


def config_value(target: Target) -> Made:
    """A value of the wave or study in today's configuration."""
    text = target.tree.text("config.yaml")
    old, new, key = target.draw.choice(
        [("0.2, 4.0", "0.2, 3.0", "weight"), ("level: 0.95", "level: 0.9", "estimate"),
         ("digits: 1", "digits: 2", "figures"), ("holm", "none", "compare")]
        if target.wave
        else [("structure: menus-2023-1", "structure: menus-2023-2", "structure"),
              ("The menus of 2023", "The menus of that year", "title")]
    )  # fmt: skip
    assert old in text
    target.tree.write("config.yaml", text.replace(old, new, 1))
    return Made(f"config.yaml: {old[:20]} -> {new[:20]}", (f".{key}",))


def config_gone(target: Target) -> Made:
    text = target.tree.text("config.yaml")
    name = "canteen-2025:" if target.wave else "menus-2023:"
    target.tree.write("config.yaml", text.replace(f"  {name}", f"  another-{name}"))
    return Made(f"config.yaml: {name} under another name", ("audit.change.unconfigured",))


def config_remark(target: Target) -> Made:
    target.tree.write("config.yaml", target.tree.text("config.yaml") + "\n# A remark.\n")
    return Made("config.yaml: a remark")


def lock_line(target: Target) -> Made:
    text = target.tree.text("requirements.lock")
    match = target.draw.choice(list(re.finditer(r"^[a-z0-9-]+==([0-9.]+)", text, re.M)))
    other = other_digit(target.draw, match[1])
    target.tree.write("requirements.lock", text[: match.start(1)] + other + text[match.end(1) :])
    return Made(f"requirements.lock: {match[0]} -> {other}", ("requirements.lock",))


def lock_removed(target: Target) -> Made:
    target.tree.remove("requirements.lock")
    return Made("requirements.lock removed", ("requirements.lock",))


KINDS: tuple[Kind, ...] = (
    changed("config-value", "`config.yaml`: a setting of the same wave or study",
            "the run and the key", config_value),
    changed("config-gone", "`config.yaml`: the wave or study is gone", "the run", config_gone),
    unseen("config-remark", "`config.yaml`: a comment", "nothing is set by it", config_remark),
    changed("lock", "`requirements.lock`: another version of a package", "the file", lock_line,
            program=True),
    changed("lock-removed", "`requirements.lock` removed", "the file", lock_removed,
            program=True),
    *(moving(step) for step in CODE),
    *(refactoring(step) for step in CODE),
    unseen("prose", "an author's text in today's report (`reports/`)",
           "the pages of a publication are judged by its own code", prose),
    unseen("code-remark", "code: a comment, a docstring", "no code hash counts them", remark,
           program=True),
    unseen("code-elsewhere", "code that no step uses", "it makes no number", elsewhere,
           program=True),
)  # fmt: skip
