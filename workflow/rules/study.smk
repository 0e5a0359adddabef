use rule step as judge with:
    input:
        claims=its("claims"),
        structure=its("structure"),
    output:
        verdicts="results/{run}/judge/verdicts.json",
        table="results/{run}/judge/verdicts.csv",
        summary="results/{run}/judge/summary-en.txt",
        lineage="results/{run}/judge/lineage.json",
    pathvars:
        job="{run}/judge",
    params:
        **step("judge"),


use rule step as register_study with:
    input:
        claims=its("claims"),
        verdicts="results/{run}/judge/verdicts.json",
    output:
        figures=report("results/{run}/register/figures.csv", category="Figures"),
        lineage="results/{run}/register/lineage.json",
    pathvars:
        job="{run}/register",
    wildcard_constraints:
        run=runs_of("studies"),
    params:
        **step("register-study"),


use rule step as draw_study with:
    input:
        claims=its("claims"),
        structure=its("structure"),
    output:
        bases=report("results/{run}/charts/{language}/bases.svg", category="Charts"),
        questions=report(
            "results/{run}/charts/{language}/questions.svg", category="Charts"
        ),
        lineage="results/{run}/charts/{language}/lineage.json",
    pathvars:
        job="{run}/draw-{language}",
    wildcard_constraints:
        run=runs_of("studies"),
    params:
        **step("draw-study"),
