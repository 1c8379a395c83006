#!/usr/bin/python3
"""Trusted lists signed here with lxml and cryptography, read by `zegelpost trust`: only a whole, signed, current one gives anchors."""
import base64
import datetime
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

PROGRAM = sys.argv.pop(1)
TSL, DS = "http://uri.etsi.org/02231/v2#", "http://www.w3.org/2000/09/xmldsig#"
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
TYPE = "http://uri.etsi.org/TrstSvc/Svctype/"
PURPOSE = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
NOW = datetime.datetime.utcnow()


def certificate(name, key):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(NOW - datetime.timedelta(1)).not_valid_after(NOW + datetime.timedelta(30))
            .sign(key, hashes.SHA256()))


def pem(one):
    return one.public_bytes(serialization.Encoding.PEM).decode()


def der64(one):
    return base64.encodebytes(one.public_bytes(serialization.Encoding.DER)).decode()


KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
SIGNER, EC_SIGNER = certificate("Ondertekenaar van de lijst", KEY), certificate("Andere ondertekenaar", EC_KEY)
CAS = {name: certificate(name, EC_KEY) for name in ("Handtekeningen", "Websites", "Ingetrokken", "Tijdstempels", "Beide")}


def service(name, kind="CA/QC", status="granted", purposes=()):
    extensions = "".join(f"<Extension Critical='true'><AdditionalServiceInformation><URI>{PURPOSE}{purpose}</URI></AdditionalServiceInformation></Extension>"
                         for purpose in purposes)
    return (f"<TSPService><ServiceInformation><ServiceTypeIdentifier>{TYPE}{kind}</ServiceTypeIdentifier><ServiceName><Name>{name}</Name></ServiceName>"
            f"<ServiceDigitalIdentity><DigitalId><X509Certificate>{der64(CAS[name])}</X509Certificate></DigitalId></ServiceDigitalIdentity>"
            f"<ServiceStatus>{STATUS}{status}</ServiceStatus><ServiceInformationExtensions>{extensions}</ServiceInformationExtensions>"
            f"</ServiceInformation></TSPService>")


def unsigned(days=10):
    until = (NOW + datetime.timedelta(days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    pointer = (f"<OtherTSLPointer><ServiceDigitalIdentities><ServiceDigitalIdentity><DigitalId><X509Certificate>{der64(EC_SIGNER)}</X509Certificate></DigitalId>"
               f"</ServiceDigitalIdentity></ServiceDigitalIdentities><TSLLocation>https://example.org/nl.xml</TSLLocation>"
               f"<AdditionalInformation><OtherInformation><SchemeTerritory>NL</SchemeTerritory></OtherInformation></AdditionalInformation></OtherTSLPointer>")
    services = (service("Handtekeningen", purposes=["ForeSignatures"]) + service("Websites", purposes=["ForWebSiteAuthentication"])
                + service("Ingetrokken", status="withdrawn") + service("Tijdstempels", kind="TSA/QTST")
                + service("Beide", purposes=["ForWebSiteAuthentication", "ForeSeals"]))
    return etree.fromstring(
        f"<TrustServiceStatusList xmlns='{TSL}' Id='lijst'><SchemeInformation><SchemeOperatorName><Name>Verzonnen toezichthouder</Name></SchemeOperatorName>"
        f"<SchemeTerritory>XX</SchemeTerritory><PointersToOtherTSL>{pointer}</PointersToOtherTSL><ListIssueDateTime>2026-01-01T00:00:00Z</ListIssueDateTime>"
        f"<NextUpdate><dateTime>{until}</dateTime></NextUpdate></SchemeInformation><TrustServiceProviderList><TrustServiceProvider>"
        f"<TSPInformation><TSPName><Name>Verzonnen\naanbieder</Name></TSPName></TSPInformation><TSPServices>{services}</TSPServices>"
        f"</TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>")


def canonical(node):
    return etree.tostring(node, method="c14n", exclusive=True)


def signed(root, key=KEY, digest="sha256", uri="", part=None):
    """An enveloped signature over `part`, or all of `root`, as XAdES lists have it."""
    value = base64.b64encode(hashlib.new(digest, canonical(root if part is None else part)).digest()).decode()
    rsa_key = isinstance(key, rsa.RSAPrivateKey)
    more = "http://www.w3.org/2001/04/xmldsig-more#"
    method = f"{DS}rsa-sha1" if digest == "sha1" else f"{more}{'rsa' if rsa_key else 'ecdsa'}-{digest}"
    digest_uri = f"{DS}sha1" if digest == "sha1" else f"http://www.w3.org/2001/04/xmlenc#{digest}"
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    signature = etree.fromstring(
        f"<ds:Signature xmlns:ds='{DS}'><ds:SignedInfo><ds:CanonicalizationMethod Algorithm='{exclusive}'/><ds:SignatureMethod Algorithm='{method}'/>"
        f"<ds:Reference URI='{uri}'><ds:Transforms><ds:Transform Algorithm='{DS}enveloped-signature'/><ds:Transform Algorithm='{exclusive}'/></ds:Transforms>"
        f"<ds:DigestMethod Algorithm='{digest_uri}'/><ds:DigestValue>{value}</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>")
    root.append(signature)
    info = canonical(signature[0])
    hash_ = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha512": hashes.SHA512}[digest]()
    if rsa_key:
        raw = key.sign(info, padding.PKCS1v15(), hash_)
    else:
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        r, s = decode_dss_signature(key.sign(info, ec.ECDSA(hash_)))
        raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    signature[1].text = base64.b64encode(raw).decode()
    return etree.tostring(root)


class TrustedList(unittest.TestCase):
    def run_trust(self, xml, *options, signers=SIGNER):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "list.xml").write_bytes(xml)
            (folder / "signers.pem").write_text("" if signers is None else pem(signers))
            return subprocess.run([PROGRAM, "trust", folder / "list.xml", "--signers", folder / "signers.pem", *options], capture_output=True, text=True, check=False)

    def expect_refused(self, xml, words, **options):
        done = self.run_trust(xml, **options)
        self.assertIn(done.returncode, (1, 78), done.stdout)
        self.assertEqual(done.stdout, "", "no anchor of a list that is refused")
        self.assertIn(words, done.stderr)

    def test_granted_services_for_signing_and_time_stamps_become_anchors(self):
        for xml, signer in ((signed(unsigned()), SIGNER), (signed(unsigned(), digest="sha512"), SIGNER), (signed(unsigned(), EC_KEY), EC_SIGNER)):
            done = self.run_trust(xml, signers=signer)
            self.assertEqual(done.returncode, 0, done.stderr)
            for name, granted in (("Handtekeningen", True), ("Tijdstempels", True), ("Beide", True), ("Websites", False), ("Ingetrokken", False)):
                self.assertEqual(pem(CAS[name]) in done.stdout, granted, name)
            self.assertIn("# Verzonnen aanbieder: Handtekeningen", done.stdout)

    def test_a_list_of_lists_tells_who_may_sign_the_next(self):
        done = self.run_trust(signed(unsigned()), "--signers-of", "NL")
        self.assertIn(pem(EC_SIGNER), done.stdout)
        self.assertEqual(self.run_trust(signed(unsigned()), "--signers-of", "BE").returncode, 1)

    def test_a_changed_list_is_refused(self):
        self.expect_refused(signed(unsigned()).replace(b"withdrawn", b"granted"), "signed all of it")

    def test_a_list_of_somebody_else_is_refused(self):
        self.expect_refused(signed(unsigned()), "signed all of it", signers=EC_SIGNER)
        self.expect_refused(etree.tostring(unsigned()), "signed all of it")
        self.expect_refused(signed(unsigned()), "no certificate", signers=None)

    def test_a_signature_over_a_part_is_refused(self):
        root = unsigned()
        root[0].set("Id", "deel")
        self.expect_refused(signed(root, uri="#deel", part=root[0]), "signed all of it")

    def test_sha1_is_refused(self):
        self.expect_refused(signed(unsigned(), digest="sha1"), "signed all of it")

    def test_a_list_that_ran_out_is_refused(self):
        self.expect_refused(signed(unsigned(days=-1)), "newer list was due")

    def test_what_is_no_list_or_brings_its_own_entities_is_refused(self):
        self.expect_refused(b"<a/>", "no trusted list")
        self.expect_refused(b"", "no trusted list")
        self.expect_refused(b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + signed(unsigned()), "no trusted list")


if __name__ == "__main__":
    unittest.main(verbosity=2)
