# What published figures can and cannot mean, and their register.
use rule step as judge with:
    input:
        claims=its("claims"),
        structure=its("structure"),
    output:
        "results/{run}/judge/verdicts.csv",
        "results/{run}/judge/lineage.json",
        report("results/{run}/register/figures.csv", category="Figures"),
        "results/{run}/register/lineage.json",
        verdicts="results/{run}/judge/verdicts.json",
    pathvars:
        job="{run}/judge",
    wildcard_constraints:
        run=runs_of("studies"),
    params:
        **steps("judge", "register-study"),
