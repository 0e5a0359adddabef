# The workflow lives in workflow/; this file only makes `snakemake` find it from the root.
include: "workflow/Snakefile"


# An included target is not the default one of the file that includes it.
rule default:
    default_target: True
    input:
        rules.all.input,
    localrule: True
