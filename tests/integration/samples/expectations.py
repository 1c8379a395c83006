"""Do the inspectors find in each sample what scenario.yaml says is in it?

    expectations.py ZEGELPOST [PATTERN] [SEED...]     prints each difference; status 1 if there is one

A seed is other ink, light and noise (samples/make --seed); 1 if none is given.
"""
import fnmatch
import json
import pathlib
import subprocess
import sys
import tempfile

import yaml

SAMPLES = pathlib.Path(__file__).resolve().parents[3] / "samples"


def observed(found):
    """The findings in the words of the scenario."""
    pages = found["pages"]
    identity = found["identity_document"]
    digital = found["digital_signatures"]
    result = {
        "verdict": found["verdict"], "kind": found["kind"]["name"], "pages": len(pages),
        "signatures": sum(s["confidence"] >= .5 for page in pages for s in page["handwritten_signatures"]),
        "perhaps_signed": sum(len(page["handwritten_signatures"]) for page in pages),
        "empty_fields": sum(len(page["empty_signature_fields"]) for page in pages),
        "sharp": all(page["sharp"] for page in pages), "attachments": len(found["attachments"]),
        "form": next((page["form"]["name"] for page in pages if page["form"]), None),
        "signed_by": [f["whose"] for page in pages for f in page["signature_fields"] if f["state"] == "signed"],
        "digital": {key: digital[0][key] for key in ("integrity", "coverage", "chain", "signer")} if digital else None}
    if identity:
        result["identities"] = 1 + len(found.get("other_identity_documents", []))
        mrz = identity["mrz"] or {}
        result["identity"] = {"document_type": identity["document_type"], "photo": identity["photo_box"] is not None,
                              "bsn": bool(identity["bsn_boxes"]), **{key: mrz.get(key) for key in ("issuing_state", "birth_date", "expiry_date")}}
    return result


def differences(expected, seen, path=""):
    for key, value in expected.items():
        if isinstance(value, dict):
            yield from differences(value, seen.get(key) or {}, f"{path}{key}.")
        elif key == "empty_fields":
            if seen.get(key, 0) < value:
                yield f"{path}{key}: at least {value} expected, {seen.get(key)} found"
        elif key != "automatic" and seen.get(key) != value:
            yield f"{path}{key}: {value} expected, {seen.get(key)} found"


def wrong_samples(zegelpost, scenario, pattern, seed):
    """How many samples, made with that seed, are not found to be as expected; says which."""
    entries = [e for e in scenario["files"] if "expect" in e and fnmatch.fnmatch(e["file"], pattern)]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for only in (pattern, "avg/anker.pem"):
            subprocess.run([SAMPLES / "make", folder, "--seed", seed, "--only", only], check=True)
        for entry in entries:
            run = subprocess.run([zegelpost, "check", "--json", "--trust", "avg/anker.pem", "--as-of", str(scenario["as_of"]), entry["file"]],
                                 cwd=folder, capture_output=True, text=True)
            found = [json.loads(line) for line in run.stdout.splitlines()]
            wrongs = list(differences(entry["expect"], observed(found[0]))) if found else [run.stderr.strip()]
            wrong += bool(wrongs)
            for line in wrongs:
                print(f"{entry['file']}, seed {seed}: {line}")
    print(f"seed {seed}: {len(entries) - wrong} of {len(entries)} samples as expected", flush=True)
    return wrong


def main():
    zegelpost, pattern, seeds = sys.argv[1], (sys.argv[2:] or ["*"])[0], sys.argv[3:] or ["1"]
    scenario = yaml.safe_load((SAMPLES / "scenario.yaml").read_text())
    wrong = sum(wrong_samples(zegelpost, scenario, pattern, seed) for seed in seeds)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
