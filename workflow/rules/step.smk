pathvars:
    job="step",


# What all steps share. The rule of a step says what it reads and writes, and where its log is.
rule step:
    log:
        "results/logs/<job>.log",
    benchmark:
        "results/benchmarks/<job>.tsv"
    # Python is the one that runs Snakemake (requirements.lock): no other environment is made.
    conda:
        lambda wildcards: None
    params:
        **steps("none"),
        arguments=arguments,
        folders=folders,
    shell:
        'python -I -X utf8 "$READINESS_PROGRAM" step {params.steps} --log {log:q}'
        " --code {params.code} --settings {params.settings:q} {params.arguments}"
        " --out {params.folders:q}"
