rule reproduce:
    input:
        published="publications/{id}/figures.csv",
        recomputed=lambda wildcards: PLAN.register_of(wildcards.id),
        errata=lambda wildcards: PLAN.errata(wildcards.id),
    output:
        verdicts="results/publications/{id}/reproduce/verdicts.csv",
        lineage="results/publications/{id}/reproduce/lineage.json",
    log:
        "results/logs/publications/{id}/reproduce.log",
    benchmark:
        "results/benchmarks/publications/{id}/reproduce.tsv"
    wildcard_constraints:
        id=alternatives(PLAN.publications),
    conda:
        "../envs/quarto.yaml"
    params:
        code=code("reproduce"),
        folder=subpath(output.verdicts, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step reproduce --log {log:q} --code {params.code}"
        " --published {input.published:q} --recomputed {input.recomputed:q}"
        " --out {params.folder:q} --errata {input.errata:q}"


# Reports, publications and guides as plain files, for a browser without a network.
rule site:
    input:
        verdicts=expand(
            "results/publications/{id}/reproduce/verdicts.csv", id=PLAN.recomputed
        ),
        pages=PLAN.page_files,
        tables=PLAN.tables,
        sources=sorted(
            str(path)
            for pattern in ("docs/*.md", "docs/**/*.png", "docs/**/*.svg")
            for path in Path().glob(pattern)
        ),
        published=PLAN.published_files,
        attacks=expand("results/{run}/attack/attack.csv", run=PLAN.attacked),
        design=sorted(
            str(path)
            for pattern in ("rendering/*.css", "site/*.css", "site/templates/*.html")
            for path in Path("workflow/readiness").glob(pattern)
        ),
    output:
        index="results/site/index.html",
        lineage="results/site/lineage.json",
    log:
        "results/logs/site.log",
    benchmark:
        "results/benchmarks/site.tsv"
    conda:
        "../envs/quarto.yaml"
    params:
        settings=site_settings(PLAN),
        code=code("site"),
        folder=subpath(output.index, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step site --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --verdicts {input.verdicts:q} --attacks {input.attacks:q}"
        " --out {params.folder:q}"


# Every job that judges writes its verdict and succeeds, for Snakemake deletes the outputs of a job
# that fails. Only this last one fails when a published number differs.
rule gate:
    input:
        verdicts=expand(
            "results/publications/{id}/reproduce/verdicts.csv", id=PLAN.recomputed
        ),
        site=rules.site.output.index,
        summaries=[
            f"results/{run.folder}/judge/summary-en.txt"
            for run in PLAN.shown
            if run.folder in STUDIES
        ],
    output:
        table="results/gate.txt",
        lineage="results/lineage.json",
    log:
        "results/logs/gate.log",
    benchmark:
        "results/benchmarks/gate.tsv"
    conda:
        "../envs/quarto.yaml"
    params:
        code=code("gate"),
        unavailable=json.dumps(PLAN.unavailable, sort_keys=True),
        drafts=json.dumps(PLAN.drafts),
    shell:
        "python -I -X utf8 workflow/readiness step gate --log {log:q} --code {params.code} --out {output.table:q}"
        " --unavailable {params.unavailable:q} --drafts {params.drafts:q}"
        " --summaries {input.summaries:q} --site {input.site:q} --verdicts {input.verdicts:q}"
