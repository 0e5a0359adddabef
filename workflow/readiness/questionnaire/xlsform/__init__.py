"""XLSForm, the spreadsheet in which forms of ODK, KoboToolbox and SurveyCTO are written."""

from readiness.questionnaire.xlsform.reading import from_xlsform
from readiness.questionnaire.xlsform.sheets import is_xlsform
from readiness.questionnaire.xlsform.writing import to_xlsform
