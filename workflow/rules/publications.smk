use rule step as reproduce with:
    input:
        published="publications/{id}/figures.csv",
        recomputed=planned("register_of", "id"),
        errata=planned("errata", "id"),
    output:
        "results/publications/{id}/reproduce/verdicts.csv",
        "results/publications/{id}/reproduce/lineage.json",
    pathvars:
        job="publications/{id}/reproduce",
    params:
        **steps("reproduce"),


# Reports, publications and guides as plain files, for a browser without a network.
use rule step as site with:
    input:
        planned("page_files"),
        planned("tables"),
        planned("published_files"),
        planned("guides"),
        verdicts=planned("verdicts"),
        attacks=planned("attacks"),
    output:
        "results/site/index.html",
        "results/site/lineage.json",
    pathvars:
        job="site",
    params:
        **steps("site"),
        design=design("rendering/*.css", "site/*.css", "site/templates/*.html"),


# Every job that judges writes its verdict and succeeds, for Snakemake deletes the outputs of a job
# that fails. Only this last one fails when a published number differs.
use rule step as gate with:
    input:
        verdicts=planned("verdicts"),
        site="results/site/index.html",
    output:
        "results/gate.txt",
        "results/lineage.json",
    pathvars:
        job="gate",
    params:
        **steps("gate"),
