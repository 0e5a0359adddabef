use rule step as render with:
    input:
        planned("chapters"),
        design("rendering/**/*"),
        unpack(planned("read_by_report", "run", "language")),
        source="report.qmd",
    output:
        html=report("results/{run}/report/{language}/report.html", category="Reports"),
        pdf="results/{run}/report/{language}/report.pdf",
        numbers="results/{run}/report/{language}/numbers.html",
        lineage="results/{run}/report/{language}/lineage.json",
    pathvars:
        job="{run}/report-{language}",
    conda:
        "../envs/quarto.yaml"
    params:
        **step("render"),
        engine=planned("engine"),


# The report of a simulated wave says so in the name of its files.
use rule render as render_simulated with:
    output:
        html=report(
            "results/{run}/report/{language}/report-simulated.html", category="Reports"
        ),
        pdf="results/{run}/report/{language}/report-simulated.pdf",
        numbers="results/{run}/report/{language}/numbers.html",
        lineage="results/{run}/report/{language}/lineage.json",
    wildcard_constraints:
        run=runs_of("waves", simulated=True),


use rule step as tables with:
    input:
        unpack(planned("read_by_tables", "run")),
    output:
        workbook="results/{run}/tables/{language}/tables.xlsx",
        numbers="results/{run}/tables/{language}/numbers.csv",
        codebook="results/{run}/tables/{language}/codebook.csv",
        lineage="results/{run}/tables/{language}/lineage.json",
    pathvars:
        job="{run}/tables-{language}",
    params:
        **step("tables"),


# The workbook of a simulated wave says so in its name.
use rule tables as tables_simulated with:
    output:
        workbook="results/{run}/tables/{language}/tables-simulated.xlsx",
        numbers="results/{run}/tables/{language}/numbers.csv",
        codebook="results/{run}/tables/{language}/codebook.csv",
        lineage="results/{run}/tables/{language}/lineage.json",
    wildcard_constraints:
        run=runs_of("waves", simulated=True),


# Both have a page of numbers, a record and tables of the same name.
ruleorder: render_simulated > render
ruleorder: tables_simulated > tables
