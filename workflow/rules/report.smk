STUDY = f"results/studies/{REPORT.study}"
WAVE = f"results/waves/{REPORT.wave}"
SHOWN_STUDY = PLAN.runs[f"studies/{REPORT.study}"].section
SHOWN_WAVE = PLAN.runs[f"waves/{REPORT.wave}"].section


rule render:
    input:
        source=REPORT.source,
        study=[
            f"{STUDY}/register/figures.csv",
            f"{STUDY}/judge/verdicts.json",
            *drawn(f"studies/{REPORT.study}", STUDY_CHARTS),
        ],
        wave=[
            f"{WAVE}/register/figures.csv",
            f"{WAVE}/compare/choices.csv",
            *drawn(f"waves/{REPORT.wave}", WAVE_CHARTS),
        ],
        questionnaire=f"data/questionnaires/{SHOWN_WAVE.questionnaire}.yaml",
        structure=f"data/claims/{SHOWN_STUDY.structure}.yaml",
        claims=restored(SHOWN_STUDY.claims.name),
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
        settings=REPORT.model_dump_json(),
        by=SHOWN_WAVE.estimate.by,
        selection=SHOWN_WAVE.selection,
        code=code("render"),
        study=lambda wildcards, input: folder_of_run(input.study[0]),
        wave=lambda wildcards, input: folder_of_run(input.wave[0]),
        folder=subpath(output.html, parent=True),
    shell:
        "python -m readiness step render --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --source {input.source:q} --study {params.study:q}"
        " --wave {params.wave:q} --by {params.by} --selection {params.selection}"
        " --questionnaire {input.questionnaire:q}"
        " --claims {input.claims:q} --structure {input.structure:q}"
        " --out {params.folder:q}"
