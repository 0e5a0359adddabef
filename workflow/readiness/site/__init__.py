"""The site: static pages that open from a disk or a web server, without scripts."""
