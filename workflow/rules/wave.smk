use rule step as validate with:
    input:
        answers=its("export"),
        sample=its("listed"),
        questionnaire=its("asked"),
        corrections=its("corrections"),
    output:
        answers="results/{run}/validate/answers.csv",
        issues="results/{run}/validate/issues.csv",
        counts="results/{run}/validate/counts.csv",
        sample="results/{run}/validate/sample.csv",
        quarantine="results/{run}/validate/quarantine.csv",
        lineage="results/{run}/validate/lineage.json",
    pathvars:
        job="{run}/validate",
    params:
        **step("validate"),


use rule step as derive with:
    input:
        answers="results/{run}/validate/answers.csv",
        questionnaire=its("asked"),
    output:
        answers="results/{run}/derive/answers.csv",
        questionnaire="results/{run}/derive/questionnaire.yaml",
        lineage="results/{run}/derive/lineage.json",
    pathvars:
        job="{run}/derive",
    params:
        **step("derive"),


# What is wrong with the answers, for whoever prepares them: internal, and part of no publication.
use rule step as faults with:
    input:
        design("rendering/page.css", "site/codebook.css", "site/templates/faults.html"),
        answers="results/{run}/validate/answers.csv",
        issues="results/{run}/validate/issues.csv",
        counts="results/{run}/validate/counts.csv",
        quarantine="results/{run}/validate/quarantine.csv",
        questionnaire=its("asked"),
    output:
        pages=expand(
            "results/{{run}}/faults/faults-{language}.html", language=LANGUAGES
        ),
        lineage="results/{run}/faults/lineage.json",
    pathvars:
        job="{run}/faults",
    params:
        **step("faults"),


use rule step as weight with:
    input:
        answers=its("answers"),
        counts="results/{run}/validate/counts.csv",
        questionnaire=its("questionnaire"),
        margins=its("margins"),
    output:
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        margins="results/{run}/weight/margins.csv",
        summary="results/{run}/weight/summary.csv",
        steps="results/{run}/weight/steps.csv",
        iterations="results/{run}/weight/iterations.csv",
        lineage="results/{run}/weight/lineage.json",
    pathvars:
        job="{run}/weight",
    params:
        **step("weight"),


use rule step as estimate with:
    input:
        answers=its("answers"),
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        questionnaire=its("questionnaire"),
    output:
        estimates="results/{run}/estimate/estimates.csv",
        lineage="results/{run}/estimate/lineage.json",
    pathvars:
        job="{run}/estimate",
    params:
        **step("estimate"),


use rule step as scale with:
    input:
        answers=its("answers"),
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        questionnaire=its("questionnaire"),
    output:
        scales="results/{run}/scale/scales.csv",
        lineage="results/{run}/scale/lineage.json",
    pathvars:
        job="{run}/scale",
    params:
        **step("scale"),


use rule step as compare with:
    input:
        answers=its("answers"),
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        questionnaire=its("questionnaire"),
    output:
        comparisons="results/{run}/compare/comparisons.csv",
        choices="results/{run}/compare/choices.csv",
        contrasts="results/{run}/compare/contrasts.csv",
        lineage="results/{run}/compare/lineage.json",
    pathvars:
        job="{run}/compare",
    params:
        **step("compare"),


use rule step as nonresponse with:
    input:
        answers=its("answers"),
        sample=its("sample"),
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        margins=its("margins"),
        questionnaire=its("questionnaire"),
    output:
        bounds="results/{run}/nonresponse/bounds.csv",
        response="results/{run}/nonresponse/response.csv",
        balance="results/{run}/nonresponse/balance.csv",
        missing="results/{run}/nonresponse/missing.csv",
        lineage="results/{run}/nonresponse/lineage.json",
    pathvars:
        job="{run}/nonresponse",
    params:
        **step("nonresponse"),


use rule step as register_wave with:
    input:
        estimates="results/{run}/estimate/estimates.csv",
        comparisons="results/{run}/compare/comparisons.csv",
        summary="results/{run}/weight/summary.csv",
        steps="results/{run}/weight/steps.csv",
        margins="results/{run}/weight/margins.csv",
        counts="results/{run}/validate/counts.csv",
        issues="results/{run}/validate/issues.csv",
        bounds="results/{run}/nonresponse/bounds.csv",
        response="results/{run}/nonresponse/response.csv",
        balance="results/{run}/nonresponse/balance.csv",
        missing="results/{run}/nonresponse/missing.csv",
        scales=its("scales"),
        questionnaire=its("questionnaire"),
        answers=its("answers"),
        weights="results/{run}/weight/weights.csv",
        published=its("published"),
        earlier=its("earlier"),
    output:
        figures=report("results/{run}/register/figures.csv", category="Figures"),
        facts="results/{run}/register/disclosure.csv",
        disclosure="results/{run}/register/disclosure.json",
        lineage="results/{run}/register/lineage.json",
    pathvars:
        job="{run}/register",
    wildcard_constraints:
        run=runs_of("waves"),
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        **step("register-wave"),


# What readers could prove of counts that are withheld, judged before anything leaves.
use rule step as attack with:
    input:
        figures="results/{run}/register/figures.csv",
        answers=its("answers"),
        weights="results/{run}/weight/weights.csv",
        questionnaire=its("questionnaire"),
        earlier=its("earlier"),
    output:
        attack="results/{run}/attack/attack.csv",
        verdict="results/{run}/attack/verdict.json",
        lineage="results/{run}/attack/lineage.json",
    pathvars:
        job="{run}/attack",
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        **step("attack"),


use rule step as dpo with:
    input:
        design("rendering/page.css", "site/dpo.css", "site/templates/dpo.html"),
        figures="results/{run}/register/figures.csv",
        disclosure="results/{run}/register/disclosure.json",
        attack="results/{run}/attack/attack.csv",
        verdict="results/{run}/attack/verdict.json",
        issues="results/{run}/validate/issues.csv",
        questionnaire=its("questionnaire"),
    output:
        pages=expand(
            "results/{{run}}/disclosure/dpo-{language}.html", language=LANGUAGES
        ),
        lineage="results/{run}/disclosure/lineage.json",
    pathvars:
        job="{run}/dpo",
    params:
        **step("dpo"),


# The charts of its items follow from a wave's questionnaire and document: the record names each.
use rule step as draw_wave with:
    input:
        figures="results/{run}/register/figures.csv",
        weights="results/{run}/weight/weights.csv",
        margins="results/{run}/weight/margins.csv",
        questionnaire=its("questionnaire"),
    output:
        participation=report(
            "results/{run}/charts/{language}/participation.svg", category="Charts"
        ),
        missingness=report(
            "results/{run}/charts/{language}/missingness.svg", category="Charts"
        ),
        nonresponse=report(
            "results/{run}/charts/{language}/nonresponse.svg", category="Charts"
        ),
        lineage="results/{run}/charts/{language}/lineage.json",
    pathvars:
        job="{run}/draw-{language}",
    wildcard_constraints:
        run=runs_of("waves"),
    params:
        **step("draw-wave"),
