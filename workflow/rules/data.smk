use rule step as restore with:
    input:
        "data/raw/{dataset}/{version}.csv.dvc",
    output:
        data="results/inputs/{dataset}/{version}/data.csv",
        lineage="results/inputs/{dataset}/{version}/lineage.json",
    pathvars:
        job="restore/{dataset}@{version}",
    params:
        **step("restore"),
