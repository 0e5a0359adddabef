rule validate:
    input:
        answers=lambda wildcards: restored(section(wildcards).answers),
        sample=sample,
        questionnaire=asked,
        corrections=corrections,
    output:
        answers="results/{run}/validate/answers.csv",
        issues="results/{run}/validate/issues.csv",
        counts="results/{run}/validate/counts.csv",
        sample="results/{run}/validate/sample.csv",
        quarantine="results/{run}/validate/quarantine.csv",
        lineage="results/{run}/validate/lineage.json",
    log:
        "results/logs/{run}/validate.log",
    benchmark:
        "results/benchmarks/{run}/validate.tsv"
    wildcard_constraints:
        run=alternatives(WAVES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("validate"),
        code=code("validate"),
        optional=optional("sample", "corrections"),
        folder=subpath(output.answers, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step validate --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --answers {input.answers:q}"
        " --questionnaire {input.questionnaire:q} {params.optional} --out {params.folder:q}"


rule derive:
    input:
        answers="results/{run}/validate/answers.csv",
        questionnaire=asked,
    output:
        answers="results/{run}/derive/answers.csv",
        questionnaire="results/{run}/derive/questionnaire.yaml",
        lineage="results/{run}/derive/lineage.json",
    log:
        "results/logs/{run}/derive.log",
    benchmark:
        "results/benchmarks/{run}/derive.tsv"
    wildcard_constraints:
        run=alternatives(PLAN.deriving()),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("derive"),
        code=code("derive"),
        folder=subpath(output.answers, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step derive --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --answers {input.answers:q}"
        " --questionnaire {input.questionnaire:q} --out {params.folder:q}"


# What is wrong with the answers, for whoever prepares them: internal, and part of no publication.
rule faults:
    input:
        answers="results/{run}/validate/answers.csv",
        issues="results/{run}/validate/issues.csv",
        counts="results/{run}/validate/counts.csv",
        quarantine="results/{run}/validate/quarantine.csv",
        questionnaire=asked,
        design=sorted(
            str(path)
            for pattern in (
                "rendering/page.css",
                "site/codebook.css",
                "site/templates/faults.html",
            )
            for path in Path("workflow/readiness").glob(pattern)
        ),
    output:
        pages=expand(
            "results/{{run}}/faults/faults-{language}.html", language=LANGUAGES
        ),
        lineage="results/{run}/faults/lineage.json",
    log:
        "results/logs/{run}/faults.log",
    benchmark:
        "results/benchmarks/{run}/faults.tsv"
    wildcard_constraints:
        run=alternatives(WAVES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("faults"),
        code=code("faults"),
        folder=subpath(output.lineage, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step faults --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --answers {input.answers:q} --issues {input.issues:q}"
        " --counts {input.counts:q} --quarantine {input.quarantine:q}"
        " --questionnaire {input.questionnaire:q} --out {params.folder:q}"


rule weight:
    input:
        answers=answers,
        counts="results/{run}/validate/counts.csv",
        questionnaire=questionnaire,
        margins=margins,
    output:
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        margins="results/{run}/weight/margins.csv",
        summary="results/{run}/weight/summary.csv",
        steps="results/{run}/weight/steps.csv",
        iterations="results/{run}/weight/iterations.csv",
        lineage="results/{run}/weight/lineage.json",
    log:
        "results/logs/{run}/weight.log",
    benchmark:
        "results/benchmarks/{run}/weight.tsv"
    wildcard_constraints:
        run=alternatives(WAVES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("weight"),
        code=code("weight"),
        optional=optional("margins"),
        folder=subpath(output.weights, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step weight --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --answers {input.answers:q} --counts {input.counts:q}"
        " --questionnaire {input.questionnaire:q} {params.optional} --out {params.folder:q}"


rule estimate:
    input:
        answers=answers,
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        questionnaire=questionnaire,
    output:
        estimates="results/{run}/estimate/estimates.csv",
        lineage="results/{run}/estimate/lineage.json",
    log:
        "results/logs/{run}/estimate.log",
    benchmark:
        "results/benchmarks/{run}/estimate.tsv"
    wildcard_constraints:
        run=alternatives(WAVES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("estimate"),
        code=code("estimate"),
        folder=subpath(output.estimates, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step estimate --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --answers {input.answers:q} --weights {input.weights:q}"
        " --questionnaire {input.questionnaire:q} --out {params.folder:q}"


rule scale:
    input:
        answers=answers,
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        questionnaire=questionnaire,
    output:
        scales="results/{run}/scale/scales.csv",
        lineage="results/{run}/scale/lineage.json",
    log:
        "results/logs/{run}/scale.log",
    benchmark:
        "results/benchmarks/{run}/scale.tsv"
    wildcard_constraints:
        run=alternatives(PLAN.scaling()),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("scale"),
        code=code("scale"),
        folder=subpath(output.scales, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step scale --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --answers {input.answers:q} --weights {input.weights:q}"
        " --questionnaire {input.questionnaire:q} --out {params.folder:q}"


rule compare:
    input:
        answers=answers,
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        questionnaire=questionnaire,
    output:
        comparisons="results/{run}/compare/comparisons.csv",
        choices="results/{run}/compare/choices.csv",
        contrasts="results/{run}/compare/contrasts.csv",
        lineage="results/{run}/compare/lineage.json",
    log:
        "results/logs/{run}/compare.log",
    benchmark:
        "results/benchmarks/{run}/compare.tsv"
    wildcard_constraints:
        run=alternatives(WAVES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("compare"),
        by=lambda wildcards: PLAN.variables(wildcards.run),
        code=code("compare"),
        folder=subpath(output.comparisons, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step compare --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --by {params.by} --answers {input.answers:q}"
        " --weights {input.weights:q} --questionnaire {input.questionnaire:q}"
        " --out {params.folder:q}"


rule nonresponse:
    input:
        answers=answers,
        sample=sample_validated,
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        margins=margins,
        questionnaire=questionnaire,
    output:
        bounds="results/{run}/nonresponse/bounds.csv",
        response="results/{run}/nonresponse/response.csv",
        balance="results/{run}/nonresponse/balance.csv",
        missing="results/{run}/nonresponse/missing.csv",
        lineage="results/{run}/nonresponse/lineage.json",
    log:
        "results/logs/{run}/nonresponse.log",
    benchmark:
        "results/benchmarks/{run}/nonresponse.tsv"
    wildcard_constraints:
        run=alternatives(WAVES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("nonresponse"),
        code=code("nonresponse"),
        optional=optional("sample", "margins"),
        folder=subpath(output.bounds, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step nonresponse --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --answers {input.answers:q}"
        " --weights {input.weights:q} --questionnaire {input.questionnaire:q} {params.optional}"
        " --out {params.folder:q}"


rule register_wave:
    input:
        estimates="results/{run}/estimate/estimates.csv",
        comparisons="results/{run}/compare/comparisons.csv",
        summary="results/{run}/weight/summary.csv",
        steps="results/{run}/weight/steps.csv",
        margins="results/{run}/weight/margins.csv",
        counts="results/{run}/validate/counts.csv",
        issues="results/{run}/validate/issues.csv",
        questionnaire=questionnaire,
        published=published_before,
        earlier=released_before,
        bounds="results/{run}/nonresponse/bounds.csv",
        response="results/{run}/nonresponse/response.csv",
        balance="results/{run}/nonresponse/balance.csv",
        missing="results/{run}/nonresponse/missing.csv",
        scales=scales_of,
        answers=answers,
        weights="results/{run}/weight/weights.csv",
    output:
        figures="results/{run}/register/figures.csv",
        lineage="results/{run}/register/lineage.json",
    log:
        "results/logs/{run}/register.log",
    benchmark:
        "results/benchmarks/{run}/register.tsv"
    wildcard_constraints:
        run=alternatives(WAVES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("register"),
        code=code("register_wave"),
        published=lambda wildcards, input: (
            f"--published {input.published}" if input.published else ""
        ),
        optional=optional("scales", "earlier"),
        folder=subpath(output.figures, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step register-wave --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --estimates {input.estimates:q}"
        " --comparisons {input.comparisons:q} --summary {input.summary:q}"
        " --steps {input.steps:q} --margins {input.margins:q} --counts {input.counts:q}"
        " --issues {input.issues:q} --bounds {input.bounds:q} --response {input.response:q}"
        " --balance {input.balance:q} --missing {input.missing:q}"
        " --questionnaire {input.questionnaire:q} --answers {input.answers:q}"
        " --weights {input.weights:q} {params.published} {params.optional}"
        " --out {params.folder:q}"


# What readers could prove of counts that are withheld, judged before anything leaves.
rule attack:
    input:
        figures="results/{run}/register/figures.csv",
        answers=answers,
        weights="results/{run}/weight/weights.csv",
        questionnaire=questionnaire,
        earlier=released_before,
    output:
        attack="results/{run}/attack/attack.csv",
        verdict="results/{run}/attack/verdict.json",
        lineage="results/{run}/attack/lineage.json",
    log:
        "results/logs/{run}/attack.log",
    benchmark:
        "results/benchmarks/{run}/attack.tsv"
    wildcard_constraints:
        run=alternatives(WAVES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("attack"),
        by=lambda wildcards: PLAN.variables(wildcards.run),
        code=code("attack"),
        earlier=optional("earlier"),
        folder=subpath(output.attack, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step attack --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --by {params.by} --figures {input.figures:q}"
        " --answers {input.answers:q} --weights {input.weights:q}"
        " --questionnaire {input.questionnaire:q} {params.earlier}"
        " --out {params.folder:q}"


rule dpo:
    input:
        figures="results/{run}/register/figures.csv",
        attack="results/{run}/attack/attack.csv",
        verdict="results/{run}/attack/verdict.json",
        issues="results/{run}/validate/issues.csv",
        questionnaire=questionnaire,
        design=sorted(
            str(path)
            for pattern in (
                "rendering/page.css",
                "site/dpo.css",
                "site/templates/dpo.html",
            )
            for path in Path("workflow/readiness").glob(pattern)
        ),
    output:
        pages=expand(
            "results/{{run}}/disclosure/dpo-{language}.html", language=LANGUAGES
        ),
        lineage="results/{run}/disclosure/lineage.json",
    log:
        "results/logs/{run}/dpo.log",
    benchmark:
        "results/benchmarks/{run}/dpo.tsv"
    wildcard_constraints:
        run=alternatives(WAVES),
    conda:
        "../envs/quarto.yaml"
    params:
        settings=settings("dpo"),
        code=code("dpo"),
        folder=subpath(output.lineage, parent=True),
    shell:
        "python -I -X utf8 workflow/readiness step dpo --log {log:q} --code {params.code}"
        " --settings {params.settings:q} --figures {input.figures:q} --attack {input.attack:q}"
        " --verdict {input.verdict:q} --issues {input.issues:q}"
        " --questionnaire {input.questionnaire:q} --out {params.folder:q}"


# Which charts a wave has follows from its questionnaire and its document: a rule a run.
for run in WAVES:

    rule:
        name:
            f"draw_wave_{alphanumeric(run)}"
        input:
            figures="results/{run}/register/figures.csv",
            weights="results/{run}/weight/weights.csv",
            margins="results/{run}/weight/margins.csv",
            questionnaire=questionnaire,
        output:
            charts=PLAN.chart_files(run, "results/{run}/charts/{language}"),
            lineage="results/{run}/charts/{language}/lineage.json",
        log:
            "results/logs/{run}/draw-{language}.log",
        benchmark:
            "results/benchmarks/{run}/draw-{language}.tsv"
        wildcard_constraints:
            run=re.escape(run),
            language=alternatives(LANGUAGES),
        conda:
            "../envs/quarto.yaml"
        params:
            settings=draw_settings,
            folder=subpath(output.lineage, parent=True),
            code=code("draw_wave"),
        shell:
            "python -I -X utf8 workflow/readiness step draw-wave --log {log:q} --code {params.code}"
            " --settings {params.settings:q} --figures {input.figures:q} --weights {input.weights:q}"
            " --margins {input.margins:q} --questionnaire {input.questionnaire:q}"
            " --out {params.folder:q}"
