"""The site: plain files that open from a disk or a web server and need no script."""
