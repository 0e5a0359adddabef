rule reproduce:
    input:
        published="publications/{id}/figures.csv",
        recomputed="results/publications/{id}/register/figures.csv",
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


# Every job that judges writes its verdict and succeeds, for Snakemake deletes the outputs of a job
# that fails. Only this last one fails when a published number differs.
rule gate:
    input:
        verdicts=expand(
            "results/publications/{id}/reproduce/verdicts.csv", id=PLAN.recomputed
        ),
        pages=PLAN.pages,
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
        " --summaries {input.summaries:q} --pages {input.pages:q} --verdicts {input.verdicts:q}"
