use rule step as restore with:
    input:
        "data/raw/{dataset}/{version}.csv.dvc",
    output:
        "results/inputs/{dataset}/{version}/data.csv",
        "results/inputs/{dataset}/{version}/digests.key",
        "results/inputs/{dataset}/{version}/lineage.json",
    pathvars:
        job="restore/{dataset}@{version}",
    params:
        **steps("restore"),
