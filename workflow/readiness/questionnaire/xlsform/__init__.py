"""XLSForm, the spreadsheet format for forms of ODK, KoboToolbox and SurveyCTO."""

from readiness.questionnaire.xlsform.reading import from_xlsform
from readiness.questionnaire.xlsform.sheets import is_xlsform
