rule render:
    input:
        source=lambda wildcards: document(wildcards).source,
        chapters=chapters,
        parts=files_of_parts,
        # What shapes the page without being Python.
        design=sorted(
            str(path)
            for pattern in ("*.lua", "*.css", "*.typ", "*.html", "*.yaml")
            for path in Path("workflow/readiness/rendering").rglob(pattern)
        ),
    output:
        html="results/report/{language}/report.html",
        pdf="results/report/{language}/report.pdf",
        lineage="results/report/{language}/lineage.json",
    log:
        "results/logs/report/{language}.log",
    benchmark:
        "results/benchmarks/report/{language}.tsv"
    wildcard_constraints:
        language=alternatives(PLAN.languages),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=lambda wildcards: document(wildcards).settings,
        code=code("render"),
        engine=PLAN.engine,
        parts=lambda wildcards: json.dumps(
            parts(wildcards), ensure_ascii=False, sort_keys=True
        ),
        folder=subpath(output.html, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step render --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --source {input.source:q}"
        " --parts {params.parts:q} --out {params.folder:q}"


# The report of one run alone, made when it is asked for: a publication holds it.
use rule render as render_run with:
    output:
        html="results/{run}/report/{language}/report.html",
        pdf="results/{run}/report/{language}/report.pdf",
        lineage="results/{run}/report/{language}/lineage.json",
    log:
        "results/logs/{run}/report-{language}.log",
    benchmark:
        "results/benchmarks/{run}/report-{language}.tsv"
    wildcard_constraints:
        run=alternatives(PLAN.runs),
        language=alternatives(LANGUAGES),
