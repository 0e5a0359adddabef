rule render:
    input:
        source="report.qmd",
        chapters=chapters,
        files=files_of_document,
        # What shapes the page without being Python.
        design=sorted(
            str(path)
            for pattern in ("*.lua", "*.css", "*.typ", "*.html", "*.yaml")
            for path in Path("workflow/readiness/rendering").rglob(pattern)
        ),
    output:
        html="results/{run}/report/{language}/report.html",
        pdf="results/{run}/report/{language}/report.pdf",
        numbers="results/{run}/report/{language}/numbers.html",
        lineage="results/{run}/report/{language}/lineage.json",
    log:
        "results/logs/{run}/report-{language}.log",
    benchmark:
        "results/benchmarks/{run}/report-{language}.tsv"
    wildcard_constraints:
        run=alternatives(PLAN.named("report")),
        language=alternatives(LANGUAGES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=lambda wildcards: document(wildcards).settings,
        code=code("render"),
        engine=PLAN.engine,
        files=lambda wildcards: json.dumps(
            document(wildcards).files, ensure_ascii=False, sort_keys=True
        ),
        folder=subpath(output.html, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step render --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --source {input.source:q}"
        " --files {params.files:q} --out {params.folder:q}"


# The report of a simulated wave says so in the name of its files.
use rule render as render_simulated with:
    output:
        html="results/{run}/report/{language}/report-simulated.html",
        pdf="results/{run}/report/{language}/report-simulated.pdf",
        numbers="results/{run}/report/{language}/numbers.html",
        lineage="results/{run}/report/{language}/lineage.json",
    wildcard_constraints:
        run=alternatives(PLAN.named("report-simulated")),
        language=alternatives(LANGUAGES),
