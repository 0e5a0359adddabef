"""Read the answer of a time-stamping authority over a sealed plan (RFC 3161), without a network."""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from readiness.ground.errors import ConfigError, DataError
from readiness.ground.printable import one_line, shorten
from readiness.ground.tables import read_bytes
from readiness.publications.plans import SealedPlan


def read_moment(
    plans: Sequence[SealedPlan], token: Path, authority: Path
) -> tuple[SealedPlan, str, str]:
    """Verify a time stamp; return the stamped plan, the time (UTC) and the issuer's name.

    `token` is the RFC 3161 response, `authority` the authority's certificates (PEM) with the root.
    Raises ConfigError where `authority` lacks certificates or the root; DataError where the
    response is invalid, is for another file or does not verify.
    """
    # Imported here: most commands never read a time stamp.
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        certificates = x509.load_pem_x509_certificates(read_bytes(authority, "--authority"))
    except ValueError:
        raise ConfigError(
            f"{authority}: the file has no certificates (PEM) of a time-stamping authority."
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
        parser_message = shorten(one_line(str(error)), 200)
        raise DataError(
            f"{token}: not a time stamp (RFC 3161 response) from a time-stamping authority "
            f"({parser_message})."
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
