rule tables:
    input:
        lambda wildcards: list(PLAN.table_files(wildcards.run).values()),
    output:
        workbook="results/{run}/tables/{language}/tables.xlsx",
        numbers="results/{run}/tables/{language}/numbers.csv",
        codebook="results/{run}/tables/{language}/codebook.csv",
        lineage="results/{run}/tables/{language}/lineage.json",
    log:
        "results/logs/{run}/tables-{language}.log",
    benchmark:
        "results/benchmarks/{run}/tables-{language}.tsv"
    wildcard_constraints:
        run=alternatives(PLAN.named("report")),
        language=alternatives(LANGUAGES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=lambda wildcards: PLAN.table_settings(
            wildcards.run, wildcards.language
        ),
        code=code("tables"),
        files=table_arguments,
        name=lambda wildcards, output: Path(output.workbook).stem,
        folder=subpath(output.numbers, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step tables --log {log:q} --code {params.code}"
        " --settings {params.settings:q} {params.files} --name {params.name}"
        " --out {params.folder:q}"


# The workbook of a simulated wave says so in its name.
use rule tables as tables_simulated with:
    output:
        workbook="results/{run}/tables/{language}/tables-simulated.xlsx",
        numbers="results/{run}/tables/{language}/numbers.csv",
        codebook="results/{run}/tables/{language}/codebook.csv",
        lineage="results/{run}/tables/{language}/lineage.json",
    wildcard_constraints:
        run=alternatives(PLAN.named("report-simulated")),
        language=alternatives(LANGUAGES),
