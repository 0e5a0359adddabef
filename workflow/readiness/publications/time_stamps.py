"""Read the answer of a time-stamp authority over a sealed plan (RFC 3161), without a network."""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from readiness.ground.errors import ConfigError, DataError
from readiness.ground.printable import one_line, shorten
from readiness.ground.tables import read_bytes
from readiness.publications.plans import SealedPlan


# trusts the authority, whose certificates are given, knows that the plan was there then.
def read_moment(
    plans: Sequence[SealedPlan], token: Path, authority: Path
) -> tuple[SealedPlan, str, str]:
    """Which of the plans an answer is over, the moment (UTC) and who says so.

    `authority`: its certificates as PEM, the root among them. ConfigError where there is none in
    it; DataError where the answer is none, is over something else or does not verify.
    """
    # Only who asks for a time stamp needs it.
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        certificates = x509.load_pem_x509_certificates(read_bytes(authority, "--authority"))
    except ValueError:
        raise ConfigError(
            f"{authority}: the file has no certificates (PEM) of a time-stamp authority."
        ) from None
    roots = [one for one in certificates if one.issuer == one.subject]
    others = [one for one in certificates if one not in roots]
    if not roots:
        raise ConfigError(
            f"{authority}: the root certificate is missing. Add the authority's root certificate."
        )
    try:
        answer = decode_timestamp_response(read_bytes(token, "--timestamp"))
        moment = answer.tst_info.gen_time.strftime("%Y-%m-%d %H:%M:%S UTC")
        names = [
            name.rfc4514_string()
            for name in {one.issuer for one in answer.signed_data.signer_infos}
        ]
    except ValueError as error:
        said = shorten(one_line(str(error)), 200)
        raise DataError(
            f"{token}: not a time stamp (RFC 3161 response) of an authority ({said})."
        ) from None
    verifier = VerifierBuilder(roots=roots, intermediates=others).build()
    why = ""
    for plan in plans:
        try:
            verifier.verify_message(answer, plan.as_text().encode())
            return plan, moment, ", ".join(names)
        except VerificationError as error:
            why = str(error)
    if "Mismatch between messages" in why:
        raise DataError(
            f"{token}: the time stamp is not for a plan of this wave. Request one for the sealed "
            "plan."
        )
    raise DataError(f"{token}: cannot be verified with {authority} ({why}).")
