"""What names, versions and dates look like; apart from the models, which take long to build."""

NAME = r"^[a-z0-9][a-z0-9-]{0,99}$"
ITEM = r"^[a-z][a-z0-9_]*$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
VERSION = r"^\w[\w.-]{0,99}$"
WORDS = {
    NAME: "a name of at most 100 lower-case letters, digits and hyphens",
    ITEM: "a name of lower-case letters, digits and underscores",
    DATE: 'a date in quotes, "YYYY-MM-DD"',
    VERSION: "a text of at most 100 letters, digits, points and hyphens, in quotes",
}
"""What the patterns ask for, in words."""
