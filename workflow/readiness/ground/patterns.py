"""Regular expressions of names, versions, dates and codes, and words that describe them.

Without pydantic models, which take long to build.
"""

NAME = r"^[a-z0-9][a-z0-9-]{0,99}$"
ITEM = r"^[a-z][a-z0-9_]*$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
VERSION = r"^\w[\w.-]{0,99}$"
DATASET = r"^[a-z0-9][a-z0-9-]{0,99}@\w[\w.-]{0,99}$"
KEY = r"^[0-9a-f]{16}$"
ORCID = r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$"
# Template of telephone or identity numbers: `#` a digit, `@` a capital letter, `[5-7]` a digit from
# 5 to 7.
TEMPLATE = r"^(?:[+A-Z0-9#@]|\[[0-9]-[0-9]\]){3,40}$"
# Characters forbidden in texts for readers: control characters, and characters that change the
# direction of the following text. Direction marks (U+200E, U+200F) are allowed.
TURNING = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
WORDS = {
    NAME: "a name of at most 100 lower-case letters, digits and hyphens",
    ITEM: "a name of lower-case letters, digits and underscores",
    LANGUAGE: "the code of a language, as fr or pt-BR",
    DATE: 'a date in quotes, "YYYY-MM-DD"',
    KEY: "the name of a key, 16 hexadecimal digits",
    ORCID: "an ORCID, as 0000-0002-1825-0097",
    TEMPLATE: "3 to 40 of `#` (a digit), `@` (a letter), `[5-7]`, digits, capitals and +",
    DATASET: "a dataset version, as name@1",
    VERSION: "a string of at most 100 letters, digits, points and hyphens, in quotes",
}
