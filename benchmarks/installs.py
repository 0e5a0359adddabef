"""Install each extra alone, measure it, and run what it is for.

    python benchmarks/installs.py [--keep FOLDER]

`readiness` alone judges published figures, `readiness[survey]` computes statistics,
`readiness[run]` runs and audits the workflow. Each goes into an environment of its own, with the
versions of requirements.lock. Needs `uv` and what it installs from: its cache, or a network.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("", "survey", "run")
MEGABYTE = 1_000_000
# The most that an installation may bring, in megabytes.
GOALS = {"": 250, "survey": 450}
FIGURES = "item,answer,value,base\nuse,yes,30.86,1500\nuse,no,69.14,1500\ntrained,no,12.35,1500\n"


def list_commands(folder: Path) -> Iterator[tuple[str, list[str], str]]:
    """For each extra a command that it is for, and a text that the command has to print."""
    (folder / "figures.csv").write_text(FIGURES, "utf-8")
    yield "", ["claims", "solve", "67/33", "64", "--base", "32"], "32 people were asked"
    yield "", ["claims", "check", "figures.csv"], "All 3 figures fit 81"
    library = [str(ROOT / f"tests/commands/any_csv/library.{kind}") for kind in ("csv", "yaml")]
    yield "survey", ["estimate", *library], "240 respondents"
    yield "survey", ["compare", *library], "age"
    yield "run", ["audit", str(ROOT), "haca-2024-r2", "--level", "1"], "haca-2024-r2"


def measure(folder: Path) -> int:
    """Bytes of all files below a folder, each counted once."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def run(command: list[str], folder: Path) -> str:
    """Run a command in a folder; return what it prints. Raises where it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def install(extra: str, folder: Path) -> tuple[int, int]:
    """Install into a new environment; return its megabytes and how many packages it has."""
    python = folder / "bin/python"
    uv = [sys.executable, "-m", "uv"]
    run([*uv, "venv", "--quiet", "--python", sys.executable, str(folder)], folder.parent)
    named = f"{ROOT}[{extra}]" if extra else str(ROOT)
    constraint = ["--constraint", str(ROOT / "requirements.lock")]
    run([*uv, "pip", "install", "--quiet", "--python", str(python), *constraint, named], ROOT)
    packages = run([*uv, "pip", "list", "--quiet", "--python", str(python)], ROOT).splitlines()[2:]
    (site,) = folder.glob("lib/python*/site-packages")
    return measure(site) // MEGABYTE, len(packages)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="folder for the environments")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        commands, missed = list(list_commands(folder)), 0
        print(f"{'install':<20} {'MB':>5} {'packages':>9}  commands that run")
        for extra in EXTRAS:
            megabytes, packages = install(extra, folder / (extra or "alone"))
            program = str(folder / (extra or "alone") / "bin/readiness")
            own = [(words, expected) for of, words, expected in commands if of == extra]
            for words, expected in own:
                told = run([program, *words], folder)
                assert expected in told, (words, told)
            missed += megabytes > GOALS.get(extra, megabytes)
            name = f"readiness[{extra}]" if extra else "readiness"
            ran = "; ".join(" ".join(words[:2]) for words, _ in own)
            print(f"{name:<20} {megabytes:>5} {packages:>9}  {ran}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
