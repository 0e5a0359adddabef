"""Parts of every page: fonts, templates, content policy."""
