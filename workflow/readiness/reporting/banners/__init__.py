"""Banner tables: one question by every group, in a page, a workbook and a tidy table."""
