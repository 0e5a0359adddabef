rule judge:
    input:
        claims=lambda wildcards: restored(section(wildcards).claims),
        structure=lambda wildcards: f"data/claims/{section(wildcards).structure}.yaml",
    output:
        verdicts="results/{run}/judge/verdicts.json",
        table="results/{run}/judge/verdicts.csv",
        summary="results/{run}/judge/summary-en.txt",
        lineage="results/{run}/judge/lineage.json",
    log:
        "results/logs/{run}/judge.log",
    benchmark:
        "results/benchmarks/{run}/judge.tsv"
    wildcard_constraints:
        run=alternatives(STUDIES),
    conda:
        "../envs/quarto.yaml"
    params:
        code=code("judge"),
        folder=subpath(output.verdicts, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step judge --log {log:q} --code {params.code} --claims {input.claims:q}"
        " --structure {input.structure:q} --out {params.folder:q}"


rule register_study:
    input:
        claims=lambda wildcards: restored(section(wildcards).claims),
        verdicts="results/{run}/judge/verdicts.json",
    output:
        figures="results/{run}/register/figures.csv",
        lineage="results/{run}/register/lineage.json",
    log:
        "results/logs/{run}/register.log",
    benchmark:
        "results/benchmarks/{run}/register.tsv"
    wildcard_constraints:
        run=alternatives(STUDIES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("register"),
        code=code("register_study"),
        folder=subpath(output.figures, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step register-study --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --claims {input.claims:q} --verdicts {input.verdicts:q}"
        " --out {params.folder:q}"


rule draw_study:
    input:
        claims=lambda wildcards: restored(section(wildcards).claims),
        structure=lambda wildcards: f"data/claims/{section(wildcards).structure}.yaml",
    output:
        charts=PLAN.study_charts("results/{run}/charts/{language}"),
        lineage="results/{run}/charts/{language}/lineage.json",
    log:
        "results/logs/{run}/draw-{language}.log",
    benchmark:
        "results/benchmarks/{run}/draw-{language}.tsv"
    wildcard_constraints:
        run=alternatives(STUDIES),
        language=alternatives(LANGUAGES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=draw_settings,
        folder=subpath(output.lineage, parent=True),
        code=code("draw_study"),
    shell:
        "python -I -X utf8 workflow/readiness step draw-study --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --claims {input.claims:q} --structure {input.structure:q}"
        " --out {params.folder:q}"
