"""Signs a PDF as PAdES baseline B-B (ETSI EN 319 142-1) with keys of nobody, the same bytes every time.

The keys follow from names, so they are no secret and protect nothing: they only let signatures be checked.
"""
import datetime
import hashlib
import io
import random

import pikepdf
from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

RESERVED = 8_192  # bytes for the CMS
FROM, UNTIL = datetime.datetime(2026, 1, 1), datetime.datetime(2040, 1, 1)
SIGNED_AT = "D:20261120090000+01'00'"
SMALL_PRIMES = [p for p in range(3, 2000) if all(p % q for q in range(2, int(p ** .5) + 1))]


def prime(stream, bits):
    while True:
        start = stream.getrandbits(bits) | (3 << (bits - 2)) | 1
        for candidate in range(start, start + 4000, 2):
            if all(candidate % p for p in SMALL_PRIMES) and pow(2, candidate - 1, candidate) == 1 and (candidate - 1) % 65537:
                return candidate


def key_of(name, bits=2048):
    stream = random.Random(f"key of {name}")
    p, q = prime(stream, bits // 2), prime(stream, bits // 2)
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), rsa.rsa_crt_iqmp(p, q), public).private_key()


def certificate(name, key, issuer_name, issuer_key, authority):
    subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "XX"), x509.NameAttribute(NameOID.COMMON_NAME, text)])
                       for text in (name, issuer_name))
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
               .serial_number(int.from_bytes(hashlib.sha256(name.encode()).digest()[:12], "big"))
               .not_valid_before(FROM).not_valid_after(UNTIL)
               .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
               .add_extension(x509.KeyUsage(not authority, not authority, False, False, False, authority, authority, False, False), critical=True)
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False))
    return builder.sign(issuer_key, hashes.SHA256())


class Signer:
    AUTHORITY = "Voorbeeld CA van Utopia (SPECIMEN)"

    def __init__(self, name):
        authority_key = key_of(self.AUTHORITY)
        self.key = key_of(name)
        self.anchor = certificate(self.AUTHORITY, authority_key, self.AUTHORITY, authority_key, True)
        self.certificate = certificate(name, self.key, self.AUTHORITY, authority_key, False)
        self.name = name

    def anchor_pem(self):
        return self.anchor.public_bytes(serialization.Encoding.PEM)

    def _cms(self, digest):
        own = asn1_x509.Certificate.load(self.certificate.public_bytes(serialization.Encoding.DER))
        anchor = asn1_x509.Certificate.load(self.anchor.public_bytes(serialization.Encoding.DER))
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        attributes = cms.CMSAttributes([
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [
                tsp.ESSCertIDv2({"hash_algorithm": sha256, "cert_hash": own.sha256})]})]})])
        signature = self.key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
        signed = cms.SignedData({
            "version": "v1", "digest_algorithms": [sha256], "encap_content_info": {"content_type": "data"},
            "certificates": [own, anchor],
            "signer_infos": [cms.SignerInfo({
                "version": "v1", "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(
                    {"issuer": own.issuer, "serial_number": own.serial_number})}),
                "digest_algorithm": sha256, "signed_attrs": attributes,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}), "signature": core.OctetString(signature)})]})
        return cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()

    def sign(self, pdf):
        """The signed bytes of `pdf` (bytes): one invisible signature over the whole file."""
        document = pikepdf.open(io.BytesIO(pdf))
        value = document.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"), SubFilter=pikepdf.Name("/ETSI.CAdES.detached"),
            ByteRange=pikepdf.Array([0, 9999999991, 9999999992, 9999999993]), Contents=pikepdf.String("Z" * RESERVED),
            Name=pikepdf.String(self.name), M=pikepdf.String(SIGNED_AT), Reason=pikepdf.String("Ik onderteken dit verzoek")))
        page = document.pages[0]
        field = document.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T=pikepdf.String("Handtekening"),
            V=value, F=132, Rect=pikepdf.Array([0, 0, 0, 0]), P=page.obj))
        page.obj.Annots = pikepdf.Array([field])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), SigFlags=3)
        buffer = io.BytesIO()
        document.save(buffer, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return self._fill(buffer.getvalue())

    def _fill(self, data):
        """Puts the byte range and the signature in the places kept for them."""
        placeholder = b"<" + b"Z".hex().encode() * RESERVED + b">"
        start = data.index(placeholder)
        end = start + len(placeholder)
        marker = b"[ 0 9999999991 9999999992 9999999993 ]"
        numbers = b"[ 0 %d %d %d ]" % (start, end, len(data) - end)
        data = data.replace(marker, numbers.ljust(len(marker)))
        digest = hashlib.sha256(data[:start] + data[end:]).digest()
        signature = self._cms(digest).hex().encode()
        room = len(placeholder) - 2
        if len(signature) > room:
            raise ValueError("the signature does not fit")
        return data[:start] + b"<" + signature.ljust(room, b"0") + b">" + data[end:]
