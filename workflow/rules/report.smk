# The report of a run in a language: its charts, its tables, its pages.
use rule step as report_study with:
    input:
        planned("chapters"),
        source="report.qmd",
        figures="results/{run}/register/figures.csv",
        claims=its("claims"),
        structure=its("structure"),
        verdicts="results/{run}/judge/verdicts.json",
        prose=planned("prose", "run", "language"),
    output:
        "results/{run}/charts/{language}/lineage.json",
        "results/{run}/tables/{language}/tables.xlsx",
        "results/{run}/tables/{language}/numbers.csv",
        "results/{run}/tables/{language}/codebook.csv",
        "results/{run}/tables/{language}/lineage.json",
        report("results/{run}/report/{language}/report.html", category="Reports"),
        "results/{run}/report/{language}/report.pdf",
        "results/{run}/report/{language}/brief.html",
        "results/{run}/report/{language}/brief.pdf",
        "results/{run}/report/{language}/numbers.html",
        "results/{run}/report/{language}/lineage.json",
        charts=report("results/{run}/charts/{language}/bases.svg", category="Charts"),
    pathvars:
        job="{run}/report-{language}",
    wildcard_constraints:
        run=runs_of("studies"),
    conda:
        "../envs/quarto.yaml"
    params:
        **steps("draw-study", "tables", "render"),
        design=design("rendering/**/*"),
        engine=planned("engine"),


# The charts of its items follow from a wave's questionnaire and document: the record names each.
use rule report_study as report_wave with:
    input:
        planned("chapters"),
        source="report.qmd",
        figures="results/{run}/register/figures.csv",
        steps="results/{run}/weight/steps.csv",
        choices="results/{run}/compare/choices.csv",
        contrasts="results/{run}/compare/contrasts.csv",
        questionnaire=its("questionnaire"),
        prose=planned("prose", "run", "language"),
    output:
        report("results/{run}/charts/{language}/nonresponse.svg", category="Charts"),
        "results/{run}/charts/{language}/lineage.json",
        "results/{run}/tables/{language}/tables.xlsx",
        "results/{run}/tables/{language}/numbers.csv",
        "results/{run}/tables/{language}/codebook.csv",
        "results/{run}/tables/{language}/lineage.json",
        report("results/{run}/report/{language}/report.html", category="Reports"),
        "results/{run}/report/{language}/report.pdf",
        "results/{run}/report/{language}/brief.html",
        "results/{run}/report/{language}/brief.pdf",
        "results/{run}/report/{language}/numbers.html",
        "results/{run}/report/{language}/lineage.json",
        charts=report(
            "results/{run}/charts/{language}/participation.svg", category="Charts"
        ),
    wildcard_constraints:
        run=runs_of("waves"),
    params:
        **steps("draw-wave", "tables", "render"),
        design=design("rendering/**/*", "analysis/recompute.txt"),
        engine=planned("engine"),


# The report and the workbook of a simulated wave say so in the names of their files.
use rule report_wave as report_simulated with:
    output:
        report("results/{run}/charts/{language}/nonresponse.svg", category="Charts"),
        "results/{run}/charts/{language}/lineage.json",
        "results/{run}/tables/{language}/tables-simulated.xlsx",
        "results/{run}/tables/{language}/numbers.csv",
        "results/{run}/tables/{language}/codebook.csv",
        "results/{run}/tables/{language}/lineage.json",
        report(
            "results/{run}/report/{language}/report-simulated.html", category="Reports"
        ),
        "results/{run}/report/{language}/report-simulated.pdf",
        "results/{run}/report/{language}/brief-simulated.html",
        "results/{run}/report/{language}/brief-simulated.pdf",
        "results/{run}/report/{language}/numbers.html",
        "results/{run}/report/{language}/lineage.json",
        charts=report(
            "results/{run}/charts/{language}/participation.svg", category="Charts"
        ),
    wildcard_constraints:
        run=runs_of("waves", simulated=True),


# Both have a page of numbers, tables and records of the same name.
ruleorder: report_simulated > report_wave


# On request: `readiness run -- docx`.
use rule step as word with:
    input:
        page="results/{run}/report/{language}/{page}.html",
        charts="results/{run}/charts/{language}/lineage.json",
    output:
        "results/{run}/word/{language}/{page}/{page}.docx",
        "results/{run}/word/{language}/{page}/lineage.json",
    pathvars:
        job="{run}/word-{language}-{page}",
    params:
        **steps("word"),
