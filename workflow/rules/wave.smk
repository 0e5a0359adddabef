use rule step as validate with:
    input:
        answers=its("export"),
        sample=its("listed"),
        questionnaire=its("asked"),
        corrections=its("corrections"),
    output:
        "results/{run}/validate/answers.csv",
        "results/{run}/validate/issues.csv",
        "results/{run}/validate/counts.csv",
        "results/{run}/validate/sample.csv",
        "results/{run}/validate/quarantine.csv",
        "results/{run}/validate/reconciliation.csv",
        "results/{run}/validate/lineage.json",
    pathvars:
        job="{run}/validate",
    params:
        **steps("validate"),


use rule step as derive with:
    input:
        answers="results/{run}/validate/answers.csv",
        questionnaire=its("asked"),
    output:
        "results/{run}/derive/answers.csv",
        "results/{run}/derive/questionnaire.yaml",
        "results/{run}/derive/lineage.json",
    pathvars:
        job="{run}/derive",
    params:
        **steps("derive"),


# What is wrong with the answers, for whoever prepares them: internal, and part of no publication.
use rule step as faults with:
    input:
        issues="results/{run}/validate/issues.csv",
        counts="results/{run}/validate/counts.csv",
        quarantine="results/{run}/validate/quarantine.csv",
        questionnaire=its("asked"),
    output:
        expand("results/{{run}}/faults/faults-{language}.html", language=LANGUAGES),
        "results/{run}/faults/lineage.json",
    pathvars:
        job="{run}/faults",
    params:
        **steps("faults"),
        design=design(
            "rendering/page.css", "site/codebook.css", "site/templates/faults.html"
        ),


use rule step as weight with:
    input:
        answers=its("answers"),
        counts="results/{run}/validate/counts.csv",
        questionnaire=its("questionnaire"),
        margins=its("margins"),
    output:
        "results/{run}/weight/weights.csv",
        "results/{run}/weight/replicates.npz",
        "results/{run}/weight/margins.csv",
        "results/{run}/weight/summary.csv",
        "results/{run}/weight/steps.csv",
        "results/{run}/weight/lineage.json",
    pathvars:
        job="{run}/weight",
    params:
        **steps("weight"),


use rule step as estimate with:
    input:
        answers=its("answers"),
        sample=its("sample"),
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        margins=its("margins"),
        questionnaire=its("questionnaire"),
    output:
        "results/{run}/estimate/estimates.csv",
        "results/{run}/estimate/scales.csv",
        "results/{run}/estimate/bounds.csv",
        "results/{run}/estimate/response.csv",
        "results/{run}/estimate/balance.csv",
        "results/{run}/estimate/missing.csv",
        "results/{run}/estimate/lineage.json",
    pathvars:
        job="{run}/estimate",
    params:
        **steps("estimate"),


use rule step as compare with:
    input:
        answers=its("answers"),
        weights="results/{run}/weight/weights.csv",
        replicates="results/{run}/weight/replicates.npz",
        questionnaire=its("questionnaire"),
    output:
        "results/{run}/compare/comparisons.csv",
        "results/{run}/compare/choices.csv",
        "results/{run}/compare/contrasts.csv",
        "results/{run}/compare/lineage.json",
    pathvars:
        job="{run}/compare",
    params:
        **steps("compare"),


# How firm findings are, of waves that ask for it; what of it is told, the register decides.
use rule step as firmness with:
    input:
        answers=its("answers"),
        counts="results/{run}/validate/counts.csv",
        issues="results/{run}/validate/issues.csv",
        weights="results/{run}/weight/weights.csv",
        estimates="results/{run}/estimate/estimates.csv",
        contrasts="results/{run}/compare/contrasts.csv",
        questionnaire=its("questionnaire"),
        margins=its("margins"),
    output:
        "results/{run}/firmness/firmness.csv",
        "results/{run}/firmness/weights.csv",
        "results/{run}/firmness/lineage.json",
    pathvars:
        job="{run}/firmness",
    params:
        **steps("firmness"),


use rule step as register_wave with:
    input:
        estimates=computed("estimate/estimates.csv"),
        comparisons=computed("compare/comparisons.csv"),
        summary=computed("weight/summary.csv"),
        steps=computed("weight/steps.csv"),
        margins=computed("weight/margins.csv"),
        counts=computed("validate/counts.csv"),
        issues=computed("validate/issues.csv"),
        bounds=computed("estimate/bounds.csv"),
        response=computed("estimate/response.csv"),
        balance=computed("estimate/balance.csv"),
        missing=computed("estimate/missing.csv"),
        scales=computed("estimate/scales.csv"),
        questionnaire=its("questionnaire"),
        answers=its("answers"),
        weights=computed("weight/weights.csv"),
        published=its("published"),
        earlier=its("earlier"),
        before=its("before"),
        asked_before=its("asked_before"),
        firmness=its("firmness"),
        varied=its("varied"),
        sealed=its("sealed"),
    output:
        report("results/{run}/register/figures.csv", category="Figures"),
        "results/{run}/register/disclosure.csv",
        "results/{run}/register/disclosure.json",
        "results/{run}/register/lineage.json",
    pathvars:
        job="{run}/register",
    wildcard_constraints:
        run=runs_of("waves"),
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        **steps("register-wave"),


# What readers could prove of counts that are withheld, judged before anything leaves.
use rule step as attack with:
    input:
        figures="results/{run}/register/figures.csv",
        answers=its("answers"),
        weights="results/{run}/weight/weights.csv",
        questionnaire=its("questionnaire"),
        earlier=its("earlier"),
        varied=its("varied"),
    output:
        "results/{run}/attack/attack.csv",
        "results/{run}/attack/verdict.json",
        "results/{run}/attack/lineage.json",
    pathvars:
        job="{run}/attack",
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        **steps("attack"),


# The page for the data protection officer, internal as that of the faults. A job of its own: its
# colours and words rerun no attack.
use rule step as dpo with:
    input:
        figures="results/{run}/register/figures.csv",
        disclosure="results/{run}/register/disclosure.json",
        attack="results/{run}/attack/attack.csv",
        verdict="results/{run}/attack/verdict.json",
        issues="results/{run}/validate/issues.csv",
        questionnaire=its("questionnaire"),
    output:
        expand("results/{{run}}/disclosure/dpo-{language}.html", language=LANGUAGES),
        "results/{run}/disclosure/lineage.json",
    pathvars:
        job="{run}/disclosure",
    params:
        **steps("dpo"),
        design=design("rendering/page.css", "site/dpo.css", "site/templates/dpo.html"),
