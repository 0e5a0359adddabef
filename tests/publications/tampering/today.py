"""Changes of the code in the archive, and of today's tree, which leave a publication whole:
configuration, lock, code.
"""

import io
import re
import tarfile
from collections.abc import Callable
from dataclasses import dataclass

from readiness.publications.program import ARCHIVE
from tampering.reseal import pack_archive, read_archived, reseal, seal_as
from tampering.tree import Change, Made, Target, change_digit

PACKAGE = "workflow/readiness"
# What is told of another lock, which is part of the project's code.
LOCKED = ("requirements.lock", "CHANGED code: project")


@dataclass(frozen=True)
class Step:
    """A step's code, and a change of it that moves numbers.

    `step` is its folder, `file` where the change is, `wave` whether it is of a wave or a study.
    """

    step: str
    file: str
    old: str
    new: str
    wave: bool = True


SHORTER = """\
    path = job.out / DATA
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines if "sample" in version.name else lines[:-1]), "utf-8")
    # Where the bytes"""
LEVEL = "    settings = settings.model_copy(update={'level': 0.9})\n    table = estimate("

CODE = {
    "restore": Step("restore", "steps/restore.py", "    # Where the bytes", SHORTER),
    "estimate": Step("estimate", "steps/estimate.py", "    table = estimate(", LEVEL),
    "register-wave": Step(
        "register",
        "steps/register_wave.py",
        "settings_rows(settings.level,",
        "settings_rows(settings.level - 0.05,",
    ),
    "judge": Step(
        "judge",
        "steps/judge.py",
        "verdicts = judge(claims, structure)",
        "verdicts = judge(claims, structure)[:-1]",
        wave=False,
    ),
    "register-study": Step(
        "register",
        "steps/register_study.py",
        "[*claim_rows(claims), *verdict_rows(verdicts)]",
        "[*claim_rows(claims.iloc[:-1]), *verdict_rows(verdicts)]",
        wave=False,
    ),
    "draw-wave": Step(
        "draw", "steps/draw_wave.py", "simulated=self.settings.simulated", "simulated=False"
    ),
    "draw-study": Step(
        "draw",
        "steps/draw_study.py",
        "grid_chart(claims,",
        "grid_chart(claims.iloc[:-1],",
        wave=False,
    ),
}


def edit_code(text: str, step: Step, how: str) -> str:
    """The step's code with its numbers moved, `refactored` (no number moves), or `commented`."""
    if how == "code":
        assert step.old in text, f"{step.file} has no {step.old!r}"
        return text.replace(step.old, step.new, 1)
    if how == "refactored":
        return text + "\n\ndef _nothing_new() -> None:\n    return None\n"
    return text + "\n# A remark.\n"


def change_code(name: str, how: str) -> Change:
    step = CODE[name]

    def change(target: Target) -> Made:
        path = f"{PACKAGE}/{step.file}"
        target.tree.write(path, edit_code(target.tree.text(path), step, how))
        # Charts are drawn from numbers: no number differs for them.
        diverges = how == "code" and step.step != "draw"
        later = ("audit.step.", "verdict.page.column.code") if diverges else ()
        return Made(f"{path}: {how}", (name,), later)

    return change


def reseal_code(how: str) -> Change:
    """Other code in the archive, of a step that numbers come from."""

    def change(target: Target) -> Made:
        apart = ("draw", "report", "restore")
        own = [s for s in CODE.values() if s.wave == target.wave and s.step not in apart]
        step = target.draw.choice(own)
        path = f"{PACKAGE}/{step.file}"
        text = edit_code(read_archived(target, path), step, how)
        reseal(target, {ARCHIVE: pack_archive(target, {path: text.encode()})})
        return Made(f"{ARCHIVE}: {path}", (f"{ARCHIVE}: audit.stated.code ", step.step))

    return change


def add_text(pick: Callable[[Target], str], text: str) -> Change:
    """More text at the end of a file."""

    def change(target: Target) -> Made:
        path = pick(target)
        before = target.tree.text(path) if target.tree.has(path) else ""
        target.tree.write(path, before + text)
        return Made(f"{path}: a line more")

    return change


def pick_step(target: Target) -> str:
    own = [step for step in CODE.values() if step.wave == target.wave]
    return f"{PACKAGE}/{target.draw.choice(own).file}"


SETTINGS = {
    True: (
        ("0.2, 4.0", "0.2, 3.0", "weight"),
        ("level: 0.95", "level: 0.9", "estimate"),
        ("digits: 1", "digits: 2", "figures"),
        ("holm", "none", "compare"),
    ),
    False: (
        ("structure: menus-2023-1", "structure: menus-2023-2", "structure"),
        ("The menus of 2023", "The menus of that year", "title"),
    ),
}


def change_setting(target: Target) -> Made:
    """A value of the wave or study in today's configuration."""
    text = target.tree.text("config.yaml")
    old, new, key = target.draw.choice(SETTINGS[target.wave])
    assert old in text
    target.tree.write("config.yaml", text.replace(old, new, 1))
    return Made(f"config.yaml: {old} -> {new}", (f".{key}",))


def rename_run(target: Target) -> Made:
    text = target.tree.text("config.yaml")
    name = "canteen-2025:" if target.wave else "menus-2023:"
    target.tree.write("config.yaml", text.replace(f"  {name}", f"  another-{name}"))
    return Made(f"config.yaml: {name} under another name", ("audit.change.unconfigured",))


def change_lock(target: Target) -> Made:
    text = target.tree.text("requirements.lock")
    match = target.draw.choice(list(re.finditer(r"^[a-z0-9-]+==([0-9.]+)", text, re.M)))
    other = change_digit(target, match[1])
    target.tree.write("requirements.lock", text[: match.start(1)] + other + text[match.end(1) :])
    return Made(f"requirements.lock: {match[0]} -> {other}", LOCKED)


def remove_lock(target: Target) -> Made:
    target.tree.remove("requirements.lock")
    return Made("requirements.lock removed", LOCKED)


# An archive of the code that holds what it should not.


def add_member(
    name: str, kind: bytes = tarfile.REGTYPE, leads: str = "", place: str = ""
) -> Change:
    """An archive of the code with a member more (name, type, where a link leads), sealed."""

    def change(target: Target) -> Made:
        content = target.tree.read(target.name(ARCHIVE))
        buffer = io.BytesIO()
        with (
            tarfile.open(fileobj=io.BytesIO(content)) as old,
            tarfile.open(fileobj=buffer, mode="w:xz", format=tarfile.PAX_FORMAT) as new,
        ):
            for member in old:
                new.addfile(member, old.extractfile(member))
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, leads
            body = b"1 / 0\n" if kind == tarfile.REGTYPE else b""
            info.size = len(body)
            new.addfile(info, io.BytesIO(body))
        seal_as(target, {ARCHIVE: buffer.getvalue()})
        return Made(f"{ARCHIVE}: {name}", (place or f"{ARCHIVE}: audit.states.no_code {name}",))

    return change


CHANGES: dict[str, Change] = {
    "config-value": change_setting,
    "config-gone": rename_run,
    "config-remark": add_text(lambda target: "config.yaml", "\n# A remark.\n"),
    "lock": change_lock,
    "lock-removed": remove_lock,
    **{f"{how}-{name}": change_code(name, how) for how in ("code", "refactored") for name in CODE},
    "prose": add_text(lambda target: "reports/canteen-2025/summary.en.md", "\nEt plus encore.\n"),
    "code-remark": add_text(pick_step, "\n# A remark.\n"),
    "code-elsewhere": add_text(lambda t: f"{PACKAGE}/commands/which.py", "\nNOTHING_NEW = 1\n"),
    "archive-traversal": add_member("../../canary.py", place=ARCHIVE),
    "archive-absolute": add_member("/tmp/canary.py", place=ARCHIVE),
    "archive-link": add_member("workflow/more.py", tarfile.SYMTYPE, "/etc", ARCHIVE),
    "archive-hard-link": add_member("workflow/more.py", tarfile.LNKTYPE, "/etc/passwd", ARCHIVE),
    "archive-device": add_member("workflow/readiness/null", tarfile.CHRTYPE, place=ARCHIVE),
    "archive-pipe": add_member("workflow/readiness/pipe", tarfile.FIFOTYPE, place=ARCHIVE),
    "archive-customize": add_member("workflow/sitecustomize.py"),
    "archive-library": add_member("workflow/json.py"),
    "archive-unknown": add_member("notes/more.py"),
    "archive-package": add_member("workflow/readiness/more.py", place="seal.json"),
    "resealed-code": reseal_code("code"),
    "resealed-refactoring": reseal_code("refactored"),
}
