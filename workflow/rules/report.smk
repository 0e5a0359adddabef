rule render:
    input:
        source=lambda wildcards: document(wildcards).source,
        chapters=chapters,
        study=shown(
            "study",
            "results/{run}/register/figures.csv",
            "results/{run}/judge/verdicts.json",
            "results/{run}/draw/lineage.json",
            *STUDY_CHARTS,
        ),
        claims=shown(
            "study",
            "results/inputs/{section.claims.dataset}/{section.claims.version}/data.csv",
        ),
        structure=shown("study", "data/claims/{section.structure}.yaml"),
        wave=shown(
            "wave",
            "results/{run}/register/figures.csv",
            "results/{run}/compare/choices.csv",
            "results/{run}/draw/lineage.json",
            *WAVE_CHARTS,
        ),
        questionnaire=shown("wave", "data/questionnaires/{section.questionnaire}.yaml"),
        # What shapes the page without being Python.
        design=sorted(
            str(path)
            for pattern in ("*.lua", "*.css", "*.typ", "*.html", "*.yaml")
            for path in Path("workflow/readiness/rendering").rglob(pattern)
        ),
    output:
        html="results/report/report.html",
        pdf="results/report/report.pdf",
        lineage="results/report/lineage.json",
    log:
        "results/logs/report.log",
    benchmark:
        "results/benchmarks/report.tsv"
    conda:
        "../envs/quarto.yaml"
    params:
        settings=render_settings,
        code=code("render"),
        engine=PLAN.engine,
        study=lambda wildcards, input: (
            f"--study {folder_of_run(input.study[0])} --claims {input.claims}"
            f" --structure {input.structure}"
            if input.study
            else ""
        ),
        wave=lambda wildcards, input: (
            f"--wave {folder_of_run(input.wave[0])} --questionnaire {input.questionnaire}"
            if input.wave
            else ""
        ),
        folder=subpath(output.html, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step render --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --source {input.source:q}"
        " {params.study} {params.wave} --out {params.folder:q}"


# The report of one run alone, made when it is asked for: a publication holds it.
use rule render as render_run with:
    output:
        html="results/{run}/report/report.html",
        pdf="results/{run}/report/report.pdf",
        lineage="results/{run}/report/lineage.json",
    log:
        "results/logs/{run}/report.log",
    benchmark:
        "results/benchmarks/{run}/report.tsv"
    wildcard_constraints:
        run=alternatives(PLAN.runs),
