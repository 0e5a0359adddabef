"""From report.qmd to one page and one paper, and the checks of what they show."""
