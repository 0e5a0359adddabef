"""All that can be stated of a survey, with what a renderer or a page could take for its own."""

from typing import Any

FULL: dict[str, Any] = {
    "sponsor": "Office 7, <b>Rabat</b>",
    "funding": {"fr": "Le budget de l’État", "en": 'The state\'s "budget" 2026 -- all of it...'},
    "collector": "Bureau 3",
    "population": {"fr": "Les entreprises de 10 salariés ou plus"},
    "frame": "Register of 2025",
    "mode": "On paper",
    "incentive": {"ar": "بدون مقابل"},
    "limits": "One region of 12 is missing",
    "contact": "study@office.example",
    "rights": "The office's own",
    "licence": "cc-by-4.0",
    "access": "On request, in 30 days",
    "authors": [{"name": "Ben Ali, Zoé", "orcid": "0000-0002-1825-0097"}, {"name": "Office 7"}],
    "controller": "Office 7",
    "purpose": {"fr": "Une étude", "en": "A study"},
    "receipt": "Law 09-08, D-12/2026",
    "keep_until": "2026-12-31",
}
