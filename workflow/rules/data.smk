rule restore:
    input:
        pointer="data/raw/{dataset}/{version}.csv.dvc",
    output:
        data="results/inputs/{dataset}/{version}/data.csv",
        lineage="results/inputs/{dataset}/{version}/lineage.json",
    log:
        "results/logs/restore/{dataset}@{version}.log",
    benchmark:
        "results/benchmarks/restore/{dataset}@{version}.tsv"
    conda:
        "../envs/quarto.yaml"
    params:
        code=code("restore"),
        # Only this version's own row: a new version of any dataset reruns nothing.
        registered=lambda wildcards: PLAN.registered(
            wildcards.dataset, wildcards.version
        ),
        folder=subpath(output.data, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step restore --log {log:q} --code {params.code}"
        " --version-name {wildcards.dataset}@{wildcards.version} --out {params.folder:q}"
