"""From raw survey answers to published numbers that anyone can check.

Layers, from top to bottom, and their rooms. A layer imports from layers below it alone; the tests
hold that (`tests/architecture`), and docs/architecture.md draws it.

    workflow         cli, commands, plan, steps, running
    publications     publications, site
    reports          reporting, charts, rendering
    figures          register
    analysis         analysis, scanning, drafting
    forensics        forensics
    instruments      validation, readers, questionnaire
    confidentiality  disclosure, attack, privacy
    statistics       survey
    records          datasets, provenance, config
    presentation     language, pages
    ground           program, ground
"""
