#!/usr/bin/env python3
"""House rules that a machine holds: include directions, what programs link, what sources may contain (docs/developers/house.md)."""
import pathlib
import re
import subprocess
import sys

# A folder may include from these folders of ours; the longest matching prefix counts.
MAY_INCLUDE = {
    "crypto": {"crypto"},
    "intake": {"intake", "crypto"},
    "templates": {"templates", "crypto"},
    "gateway": {"gateway", "intake", "templates", "crypto"},
}
# Parts below gateway and intake that only the named folders may include.
ONLY_FOR = {
    "crypto/keyring": {"crypto/keyring", "gateway/keymaker", "gateway/worker", "gateway/staff", "gateway/cli", "gateway/casework"},
    "intake/cell": {"intake/cell", "gateway/broker", "gateway/ipc"},
    "gateway/store/sqlite": {"gateway/store", "gateway/worker", "gateway/staff", "gateway/cli"},
    "gateway/public": {"gateway/public"},
    "gateway/staff": {"gateway/staff"},
    "gateway/worker": {"gateway/worker"},
    "gateway/mail": {"gateway/mail"},
    "gateway/courier": {"gateway/courier"},
}
# Third-party headers and their one home.
HOMES = {
    r"gpgme": {"crypto/keyring"},
    r"rnp/": {"crypto/keyring"},
    r"libp11|p11-kit": {"crypto/token_key"},
    r"openssl/": {"crypto", "gateway/http", "gateway/courier"},
    r"sodium": {"crypto"},
    r"qpdf/": {"intake/cell", "templates/letter"},
    r"poppler": {"intake/cell"},
    r"opencv2/": {"intake/cell"},
    r"tesseract/": {"intake/cell"},
    r"ZXing/": {"intake/cell"},
    r"gmime": {"intake/cell"},
    r"archive": {"intake/cell", "gateway/worker/zip_writer"},
    r"libxml/": {"intake/cell", "crypto/trusted_list"},
    r"xmlsec/": {"crypto/trusted_list"},
    r"libheif": {"intake/cell"},
    r"hpdf": {"templates/letter"},
    r"Poco/": {"gateway"},
    r"sqlite3": {"gateway/store"},
    r"curl/curl\.h": {"gateway/curl"},
    r"opendkim/": {"gateway/dispatch"},
    r"idn2\.h": {"gateway/dispatch"},
    r"unbound\.h": {"gateway/courier"},
    r"seccomp\.h": {"gateway/process"},
}
# Libraries that a program must never link: a break-in there must not find them.
NEVER_LINKS = {
    "zegelpost-public": ["libp11", "rnp", "gpgme", "sqlite3", "opencv", "poppler", "qpdf", "tesseract", "gmime", "hpdf"],
    "zegelpost-mail": ["libp11", "rnp", "gpgme", "sqlite3", "opencv", "poppler", "qpdf", "tesseract", "gmime", "hpdf"],
    "zegelpost-keymaker": ["libp11", "sqlite3", "opencv", "poppler", "qpdf", "PocoNet", "gmime", "hpdf"],
    "zegelpost-broker": ["libp11", "gpgme", "rnp", "sqlite3", "PocoNet", "curl", "hpdf"],
    "zegelpost-courier": ["libp11", "rnp", "gpgme", "sqlite3", "opencv", "poppler", "qpdf", "tesseract", "gmime", "hpdf"],
    "zegelpost-worker": ["rnp", "opencv", "poppler", "tesseract", "gmime"],
    "zegelpost-staff": ["libp11", "rnp", "opencv", "poppler", "tesseract", "gmime"],
}
FORBIDDEN = [
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "unfinished work is an issue, not a comment"),
    (re.compile(r"\btmpfile\s*\(|\bmkstemp\s*\(|\btempnam\s*\("), "no temp files: no plaintext on disk"),
]
SOURCES = {".h", ".cpp"}


def sources(root):
    for top in MAY_INCLUDE:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SOURCES and "node_modules" not in path.parts:
                yield path, path.relative_to(root).as_posix()


def check_includes(root, _bin):
    for path, name in sources(root):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if quoted := re.match(r'#include "([^"]+)"', line):
                target = quoted.group(1)
                if "/" not in target:
                    yield f"{name}:{number}: name the folder: {target}"
                    continue
                if target.split("/")[0] not in MAY_INCLUDE[name.split("/")[0]]:
                    yield f"{name}:{number}: {name.split('/')[0]} may not include {target}"
                for part, users in ONLY_FOR.items():
                    if target.startswith(part) and not any(name.startswith(user) for user in users):
                        yield f"{name}:{number}: {part} is not for {name}"
            elif angled := re.match(r"#include <([^>]+)>", line):
                for pattern, homes in HOMES.items():
                    if re.match(pattern, angled.group(1)) and not any(name.startswith(home) for home in homes):
                        yield f"{name}:{number}: {angled.group(1)} lives in {', '.join(sorted(homes))}"


def check_links(_root, bin_folder):
    for program, never in NEVER_LINKS.items():
        listing = subprocess.run(["objdump", "-p", bin_folder / program], capture_output=True, text=True, check=False)
        if listing.returncode:
            yield f"{program}: is not built"
            continue
        needed = re.findall(r"NEEDED\s+(\S+)", listing.stdout)
        for library in never:
            for name in needed:
                if library in name:
                    yield f"{program} links {name}"


SANITIZER = re.compile(r"/lib[a-z]+san\.so")  # of a build for tests, which runs nowhere else


def needed_by(program):
    """Its libraries, and where each lies on this machine: objdump names what it asks for itself, ldd finds that."""
    asked = subprocess.run(["objdump", "-p", program], capture_output=True, text=True, check=True).stdout
    found = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    places = dict(re.findall(r"(\S+) => (/\S+)", found))
    return {places[name] for name in re.findall(r"NEEDED\s+(\S+)", asked) if name in places}


def check_packages(root, bin_folder):
    """A machine that only runs the programs needs the packages of their libraries; what those need, Debian knows."""
    listed = set((root / "tools/packages/run.txt").read_text().split())
    programs = [path for path in bin_folder.glob("zegelpost*") if path.suffix == ""]
    libraries = {one for program in programs for one in needed_by(program) if not SANITIZER.search(one)}
    # Debian lists a library under the folder that it was packed in: /lib is a link to /usr/lib.
    names = {library: {library, library.removeprefix("/usr"), str(pathlib.Path(library).resolve())} for library in libraries}
    search = subprocess.run(["dpkg", "-S", *set().union(*names.values())], capture_output=True, text=True, check=False).stdout
    owners = {path: package for package, path in re.findall(r"^([^:\s]+)(?::\w+)?: (\S+)$", search, re.M)}
    for library in sorted(libraries):
        packages = {owners[name] for name in names[library] if name in owners}
        if not packages:
            yield f"{library}: belongs to no package"
        elif not packages & listed:
            yield f"tools/packages/run.txt lacks {', '.join(sorted(packages))}: {library}"


def check_sources(root, _bin):
    for path, name in sources(root):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for pattern, why in FORBIDDEN:
                if pattern.search(line):
                    yield f"{name}:{number}: {why}"


def check_format(root, _bin):
    paths = [path for top in [*MAY_INCLUDE, "tests"] for path in (root / top).rglob("*") if path.suffix in SOURCES]
    paths = [path for path in paths if "node_modules" not in path.parts]
    command = ["clang-format-14", "--dry-run", "--Werror", f"--style=file:{root}/.clang-format", *paths]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    for name in sorted(set(re.findall(r"^(.+?):\d+:\d+: error", found.stderr, re.M))):
        yield f"{name}: run clang-format-14 -i"
    if found.returncode and "error" not in found.stderr:
        yield found.stderr


def main():
    rule, root, bin_folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    problems = list({"includes": check_includes, "links": check_links, "packages": check_packages, "sources": check_sources, "format": check_format}[rule](root, bin_folder))
    print("\n".join(problems) or f"house rule '{rule}' holds")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
