"""An audit as one self-contained page: for a reader of one sentence, and for one of every number.

Nothing is loaded and, by the page's own policy, nothing can be; a few lines of script look for a
number by its id, and without them every number is still there, folded by verdict and kind. The same
audits give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from readiness.facts import Fact
from readiness.publications.audit.glossary import CHANGED, LEVELS, OPEN, OUTCOMES, VERDICTS
from readiness.publications.audit.model import DATA, NUMBERS, REPORT, SEAL, Audit
from readiness.publications.audit.subject import Subject
from readiness.publications.audit.voice import HTML, Voice
from readiness.publications.audit.words import TEXTS
from readiness.publications.outcomes import HOLDING, Finding, Outcome
from readiness.publications.presenting.number_table import NOTHING, number_tables
from readiness.publications.presenting.summary import (
    computed,
    findings,
    level_result,
    sentences,
)
from readiness.rendering.words import words_for

PARTS = ("levels", "findings", "parts", "changes", "numbers")
"""The sections on a publication, by the name of their heading."""
NAMED = 5
"""How many numbers that do not hold stand beside the verdict itself."""
_SCRIPT = """
for (const box of document.querySelectorAll(".find")) {
  const section = box.parentElement, field = box.querySelector("input");
  const found = box.querySelector("[role=status]");
  const rows = [...section.querySelectorAll("tbody tr")];
  const groups = [...section.querySelectorAll("details")];
  const open = groups.map((group) => group.open);
  box.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase(), on = wanted.length > 1;
    let n = 0;
    for (const row of rows) {
      row.hidden = on && !row.cells[0].textContent.toLowerCase().includes(wanted);
      n += !row.hidden;
    }
    groups.forEach((group, k) => {
      const any = !on || group.querySelector("tbody tr:not([hidden])") !== null;
      group.hidden = !any;
      group.open = on ? any : open[k];
    });
    found.hidden = !on;
    found.lastElementChild.textContent = n;
  });
}
"""


def audit_page(
    audits: Sequence[Audit], subjects: Mapping[str, Subject], language: str = "en"
) -> str:
    """The page on these audits; `subjects` are the publications by id, `language` fr, en or ar."""
    page = _Page(Voice(language, HTML), subjects)
    sections = "".join(page.publication(audit, f"p{k}") for k, audit in enumerate(audits, start=1))
    overview = page.overview(audits) if len(audits) > 1 else ""
    return page.frame(audits, f"{overview}{sections}{page.glossary()}")


def _policy() -> str:
    """What the page may do: show its own style, run its own script."""
    digest = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    return (
        "default-src 'none'; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _style() -> str:
    """The report's own style, and what the page of an audit adds."""
    return "".join(
        files(room).joinpath("page.css").read_text("utf-8")
        for room in ("readiness.rendering", "readiness.publications.presenting")
    )


@dataclass(frozen=True)
class _Page:
    """The parts of the page in one language; every method gives HTML, everything in it escaped."""

    voice: Voice
    subjects: Mapping[str, Subject]

    # -- the frame -------------------------------------------------------------------------------

    def frame(self, audits: Sequence[Audit], main: str) -> str:
        """The whole page around `main`."""
        language = self.voice.language
        direction = "rtl" if language == "ar" else "ltr"
        words = words_for(language)
        title = self.voice.text("title")
        ids = HTML.plain(", ".join(audit.identity for audit in audits))
        return (
            f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head>\n'
            '<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{HTML.plain(_policy())}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title} – {ids}</title>\n<style>\n{_style()}{self.foot(audits)}</style>\n"
            "</head>\n<body>\n"
            f'<a class="skip" href="#content">{words["skip"]}</a>\n'
            f'<header id="title-block-header">\n<h1>{title}</h1>\n'
            f'<p class="subtitle">{self.voice.text("intro")}</p>\n</header>\n<div id="layout">\n'
            f'<nav id="TOC" aria-labelledby="toc-title">\n<p id="toc-title">{words["toc"]}</p>\n'
            f'{self.contents(audits)}</nav>\n<main id="content">\n{main}</main>\n</div>\n'
            f"<script>{_SCRIPT}</script>\n</body>\n</html>\n"
        )

    def foot(self, audits: Sequence[Audit]) -> str:
        """A rule by which each page on paper says whose data are simulated."""
        simulated = [a.identity for a in audits if self.subjects[a.identity].simulated]
        if not simulated:
            return ""
        # Nothing of a name may end the string or the style.
        names = ", ".join(re.sub(r"[^\w.-]", "_", name) for name in simulated)
        mark = f"{TEXTS['simulated_foot'][self.voice.language]} – {names}"
        return f'@page {{ @bottom-center {{ content: "{mark}"; font: 8pt sans-serif; }} }}\n'

    def title(self, audit: Audit) -> str:
        """The publication's title."""
        # Isolated, or a title in another script would turn what stands beside it.
        return HTML.quoted(self.subjects[audit.identity].title[self.voice.language])

    def contents(self, audits: Sequence[Audit]) -> str:
        """The list of contents."""
        items = []
        for k, audit in enumerate(audits, start=1):
            parts = "".join(
                f'<li><a href="#p{k}-{name}">{self.voice.text(name)}</a></li>' for name in PARTS
            )
            items.append(
                f'<li><a href="#p{k}">{self.title(audit)}<br>{HTML.name(audit.identity)}</a>'
                f"<ul>{parts}</ul></li>\n"
            )
        last = f'<li><a href="#glossary">{self.voice.text("glossary")}</a></li>\n'
        return f"<ul>\n{''.join(items)}{last}</ul>\n"

    def overview(self, audits: Sequence[Audit]) -> str:
        """One line a publication."""
        rows = []
        for k, audit in enumerate(audits, start=1):
            (first, values), *others = sentences(audit)
            told = [self.voice.text(first, **values)]
            # A verdict beside somebody else's name must not be taken for one on their figures.
            told += [self.voice.text(name, **n) for name, n in others if name == "judged"]
            told += [self.voice.message(note) for note in audit.notes]
            rows.append(
                f'<tr><th scope="row"><a href="#p{k}">{self.title(audit)}</a><br>'
                f"{HTML.name(audit.identity)}</th><td>{self.voice.first_line(audit)}"
                f"{''.join(f'<p>{line}</p>' for line in told)}</td></tr>\n"
            )
        head = "".join(
            f'<th scope="col">{self.voice.text(name)}</th>' for name in ("publication", "verdict")
        )
        return (
            f'<section>\n<h2 id="summary">{self.voice.text("summary")}</h2>\n<table>\n'
            f"<caption>{self.voice.text('summary_caption')}</caption>\n"
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>\n</table>\n"
            "</section>\n"
        )

    def glossary(self) -> str:
        """What each verdict says and does not say."""
        words = [(m.sign, m.tone, m.name, m.says, m.says_not) for m in OUTCOMES.values()]
        words.append(("Δ", OPEN, *CHANGED))
        says_not, says = (
            f"<b>{self.voice.text(name)}</b>{self.voice.colon}" for name in ("says_not", "says")
        )
        cards = "".join(
            f"<li><p>{HTML.tag(sign, self.voice.words(name), tone)}{self.voice.token(name)}</p>\n"
            f"<p>{says} {self.voice.words(meant)}</p>\n"
            f"<p>{says_not} {self.voice.words(not_meant)}</p></li>\n"
            for sign, tone, name, meant, not_meant in words
        )
        return (
            f'<section>\n<h2 id="glossary">{self.voice.text("glossary")}</h2>\n'
            f'<ul class="cards">\n{cards}</ul>\n</section>\n'
        )

    # -- one publication -------------------------------------------------------------------------

    def publication(self, audit: Audit, anchor: str) -> str:
        """The section on one publication."""
        digest = audit.sealed.get("digest")
        facts = {
            "publication": HTML.name(audit.identity),
            "level": self.voice.level(audit),
            "digest": HTML.name(str(digest)) if digest else self.voice.text("digest_none"),
        }
        parts = "".join(
            f'<section>\n<h3 id="{anchor}-{name}">{self.voice.text(name)}</h3>\n'
            f"{getattr(self, name)(audit)}</section>\n"
            for name in PARTS
        )
        return (
            f'<section>\n<h2 id="{anchor}">{self.title(audit)}</h2>\n{self.verdict(audit)}'
            f"{self.facts(facts)}{parts}</section>\n"
        )

    def facts(self, facts: Mapping[str, str]) -> str:
        """A list of facts, each under the name of its text."""
        items = "".join(
            f"<dt>{self.voice.text(name)}</dt><dd>{what}</dd>\n" for name, what in facts.items()
        )
        return f'<dl class="facts">\n{items}</dl>\n'

    def verdict(self, audit: Audit) -> str:
        """The verdict in one sentence, then the other sentences; first of all what is simulated."""
        (first, values), *others = sentences(audit)
        lines = [(bool(numbers), self.voice.text(name, **numbers)) for name, numbers in others]
        counted_lines = [line for counted, line in lines if counted]
        listed = "".join(f"<li>{line}</li>\n" for line in (*self.named(audit), *counted_lines))
        told = "".join(f"<p>{line}</p>\n" for counted, line in lines if not counted)
        _, _, tone = VERDICTS[audit.exit_code]
        simulated = self.subjects[audit.identity].simulated
        notes = "".join(f'<p class="note">{self.voice.message(n)}</p>\n' for n in audit.notes)
        return (
            (f'<p class="simulated">{self.voice.text("simulated")}</p>\n' if simulated else "")
            + f'<div class="verdict {tone}"><p>{self.voice.first_line(audit)}</p>\n'
            f'<p class="first">{self.voice.text(first, **values)}</p>\n'
            + (f"<ul>\n{listed}</ul>\n" if listed else "")
            + f"{told}</div>\n{notes}"
        )

    def named(self, audit: Audit) -> list[str]:
        """Each number that does not hold, with what was published and what came out; none where
        there are more than the first screen can hold."""
        subject, language = self.subjects[audit.identity], self.voice.language
        failed = [n for n in audit.numbers if n.outcome in (Outcome.BROKEN, Outcome.DIFFERS)]
        if audit.level < NUMBERS or len(failed) > NAMED:
            return []
        return [
            f"{HTML.name(n.id)}{self.voice.colon} "
            + self.voice.text(
                "named",
                published=subject.shown(n, language) or n.published or NOTHING,
                recomputed=subject.shown_now(n, language) or n.recomputed or NOTHING,
            )
            for n in failed
        ]

    def levels(self, audit: Audit) -> str:
        """What each level looked at, or would have looked at."""
        cards = []
        for level, (name, looks_at, not_shown) in LEVELS.items():
            result = level_result(audit, level)
            told = (
                f'<span class="muted">{self.voice.text("not_looked")}</span>'
                if result is None
                else self.voice.verdict(result)
            )
            cards.append(
                f"<li><h4>{HTML.number(str(level))} · {self.voice.words(name)}</h4>\n"
                f"<p>{told}</p>\n<p>{self.voice.words(looks_at)}</p>\n"
                f'<p class="muted"><b>{self.voice.text("not_shown")}</b>{self.voice.colon} '
                f"{self.voice.words(not_shown)}</p></li>\n"
            )
        return f'<ul class="cards">\n{"".join(cards)}</ul>\n'

    def findings(self, audit: Audit) -> str:
        """What was found of the seal, the data and the report: problems open, the rest folded."""
        parts = []
        for level in (SEAL, DATA, REPORT):
            parts.append(f"<h4>{self.voice.words(LEVELS[level][0])}</h4>\n")
            if level == SEAL and not audit.seal:
                files = len(audit.sealed.get("files", ()))
                parts.append(f"<p>{self.voice.text('seal_whole', n=files)}</p>\n")
            if found := findings(audit, level):
                wrong = [one for one in found if one.outcome not in HOLDING]
                right = [one for one in found if one.outcome in HOLDING]
                parts += [self.found("to_look_at", wrong, " open"), self.found("as_sealed", right)]
            elif level != SEAL:
                why = "not_looked" if level > audit.level else "not_reached"
                parts.append(f'<p class="muted">{self.voice.text(why)}</p>\n')
        return "".join(parts)

    def found(self, name: str, found: Sequence[Finding], state: str = "") -> str:
        """Findings, folded or open; nothing where there are none."""
        if not found:
            return ""
        items = "".join(
            f"<li>{self.voice.outcome(one.outcome)} {self.voice.place(one)}<br>"
            f'<span class="why">{self.voice.message(one.fact)}</span></li>\n'
            for one in found
        )
        summary = f"<summary>{self.voice.text(name, n=len(found))}</summary>"
        return f'<details{state}>{summary}\n<ul class="found">\n{items}</ul></details>\n'

    def parts(self, audit: Audit) -> str:
        """Where the chain of steps parts from the sealed one."""
        if audit.level < NUMBERS:
            return f'<p class="muted">{self.voice.text("not_looked")}</p>\n'
        if not audit.divergence:
            return f"<p>{self.voice.text('parts_nowhere' if computed(audit) else 'no_code')}</p>\n"
        told = self.voice.message(audit.divergence)
        if computed(audit) and Outcome.DIFFERS not in audit.counts:
            told += f" {self.voice.text('parts_harmless')}"
        return f"<p>{told}</p>\n"

    def changes(self, audit: Audit) -> str:
        """In what today's tree and environment are not the sealed ones."""
        if not audit.sealed:
            return f'<p class="muted">{self.voice.text("unknown_seal")}</p>\n'
        changed = audit.changes
        lines: dict[str, Sequence[str | Fact]] = {
            "change_code": changed.code,
            "change_lock": ("requirements.lock",) if changed.lock else (),
            "change_config": changed.config,
        }
        if audit.level >= NUMBERS:
            lines["change_environment"] = changed.environment
        facts = self.facts({name: self.change(what) for name, what in lines.items()})
        return f'<p class="note">{self.voice.text("changes_note")}</p>\n{facts}'

    def change(self, what: Sequence[str | Fact]) -> str:
        """What changed, or that nothing did."""
        if not what:
            return self.voice.text("same")
        changed = HTML.tag("Δ", self.voice.text("CHANGED"), OPEN)
        return f"{changed} {self.voice.comma.join(map(self.voice.changed, what))}"

    def numbers(self, audit: Audit) -> str:
        """Every number, and the field that looks for one where a script can serve it."""
        if not audit.numbers:
            return f"<p>{self.voice.text('numbers_none')}</p>\n"
        found = f'{self.voice.text("search_found")} <bdi dir="ltr"></bdi>'
        return (
            f'<div class="find" hidden><label>{self.voice.text("search")}\n'
            '<input type="search" autocomplete="off" spellcheck="false"></label>\n'
            f'<p role="status" hidden>{found}</p></div>\n'
            f'<p class="paper">{self.voice.text("printed")}</p>\n'
            f"{number_tables(audit, self.subjects[audit.identity], self.voice)}"
        )
