"""Uploads over TLS, 8 connections: the door (sealed and synced) beside nginx WebDAV PUT (neither) on the same disk, in turns."""
import contextlib
import os
import pathlib
import re
import shutil
import statistics
import subprocess

import instance
import table

ROUNDS, SECONDS, CONNECTIONS, SUBMISSIONS = 5, 4, 8, 64
# One byte over what is inspected at once (inspect_megabytes: 1): inspection is a cost of its own.
SIZES = {"1 MB": 1024 * 1024 + 1, "10 MB": 10 * 1024 * 1024}
TARGETS = {"1 MB": 0.7, "10 MB": 0.55}
SETTINGS = {"public": {"max_file_megabytes": 4096, "max_submission_megabytes": 65536, "max_files": 1000, "inspect_megabytes": 1}}
LUA = pathlib.Path(__file__).parent / "load" / "uploads.lua"
FRONT = instance.ROOT / "gateway" / "public" / "nginx" / "zegelpost.conf"

AROUND_SITE = """
daemon off; user root; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/t1; fastcgi_temp_path {folder}/t2; uwsgi_temp_path {folder}/t3; scgi_temp_path {folder}/t4;
  {site}
}}
"""
WEBDAV = """
  access_log off; client_max_body_size 0;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {tls}/certificate.pem; ssl_certificate_key {tls}/key.pem; ssl_protocols TLSv1.3;
    location / {{ root {folder}/files; dav_methods PUT; }}
  }}
"""


@contextlib.contextmanager
def nginx(configuration, port):
    """`configuration` is a file."""
    log = configuration.with_suffix(".log")
    child = subprocess.Popen(["nginx", "-c", configuration, "-e", log], stdout=log.open("ab"), stderr=subprocess.STDOUT)
    try:
        instance.wait_for_port(port, log)
        yield child.pid
    finally:
        child.terminate()
        child.wait(20)


@contextlib.contextmanager
def webdav(folder, tls):
    (port,) = instance.free_ports(1)
    (folder / "files").mkdir(parents=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(AROUND_SITE.format(folder=folder, site=WEBDAV.format(folder=folder, port=port, tls=tls)))
    with nginx(configuration, port) as pid:
        yield pid, f"https://localhost:{port}"


@contextlib.contextmanager
def front(programs):
    """A door without TLS behind the nginx configuration that is shipped, and the address of that."""
    with instance.folder() as folder:
        (folder / "nginx").mkdir()
        port, plain = instance.free_ports(2)
        base = f"https://localhost:{port}"
        with_front = {"public": {**SETTINGS["public"], "certificate": "", "key": "", "base_url": base}}
        one = instance.Instance(programs, folder, with_front)
        site = FRONT.read_text()
        for shipped, here in (("127.0.0.1:8081", f"127.0.0.1:{one.port}"), ("listen 443 ", f"listen 127.0.0.1:{port} "), ("listen 80;", f"listen 127.0.0.1:{plain};"),
                              ("/etc/zegelpost/tls", str(one.folder / "tls")), ("/var/log/nginx", str(folder / "nginx"))):
            if shipped not in site:
                raise RuntimeError(f"{FRONT} has no '{shipped}'")
            site = site.replace(shipped, here)
        configuration = folder / "nginx" / "nginx.conf"
        configuration.write_text(AROUND_SITE.format(folder=folder / "nginx", site=site))
        try:
            one.start("keymaker", "public")
            with nginx(configuration, port) as pid:
                yield one, pid, base
        finally:
            one.stop()


def load(servers, base, mode, body, cookies=None):
    """Uploads per second, and milliseconds of processor time of the servers for each."""
    before = processor_seconds(servers)
    command = ["wrk", f"-t{CONNECTIONS}", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "60s", "-s", LUA, base, "--", mode, body, "/upload-"]
    printed = subprocess.run([*command, *([cookies] if cookies else [])], check=True, capture_output=True, text=True).stdout
    count, seconds, failures = re.search(r"uploads (\d+) seconds ([\d.]+) failures (\d+)", printed).groups()
    if int(failures) or not int(count):
        raise RuntimeError(f"{mode} to {base}: {failures} failures, {count} uploads\n{printed}")
    return int(count) / float(seconds), 1000 * (processor_seconds(servers) - before) / int(count)


def processor_seconds(pids):
    """Used until now by these processes and by the children that they have now."""
    ticks = 0
    for pid in pids:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *children):
            ticks += sum(map(int, pathlib.Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def remove(folder):
    """Again and again: a server may still be busy with the last requests."""
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


def door_round(one, base, mode, body, front_pid=None):
    cookies = one.folder / "cookies"
    cookies.write_text("".join(one.begin(base) + "\n" for _ in range(SUBMISSIONS)))
    try:
        return load([one.children["public"].pid, *([front_pid] if front_pid else [])], base, mode, body, cookies)
    finally:
        for entry in (one.folder / "data" / "spool").iterdir():
            if re.fullmatch("[0-9a-f]{32}", entry.name):
                remove(entry)


def webdav_round(server, base, folder, body):
    try:
        return load([server], base, "put", body)
    finally:
        remove(folder / "files")
        (folder / "files").mkdir()


def side_by_side(sides):
    """{name: what load() gives, for each round}; what one side left behind is on disk before the next begins."""
    results = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, measure in sides.items():
            os.sync()
            results[name].append(measure())
    return results


def compare(door, behind, dav, label):
    """`behind` and `dav` as front() and webdav() give them."""
    body = door.folder / "body"
    body.write_bytes(os.urandom(SIZES[label]))
    (fronted, front_pid, front_base), (dav_pid, dav_base) = behind, dav
    results = side_by_side({
        "one request": lambda: door_round(door, door.base, "whole", body),
        "WebDAV": lambda: webdav_round(dav_pid, dav_base, door.folder / "webdav", body),
        "behind the shipped nginx": lambda: door_round(fronted, front_base, "whole", body, front_pid),
        "in pieces of 4 MB": lambda: door_round(door, door.base, "pieces", body)})

    def figure(side):
        speeds, costs = zip(*side)
        return f"{statistics.median(speeds):.0f}/s, {statistics.median(costs):.1f} ms CPU"

    dav_rounds = results.pop("WebDAV")
    for name, rounds in results.items():
        ratio = statistics.median(ours / theirs for (ours, _), (theirs, _) in zip(rounds, dav_rounds))
        figures = (f"accept {label}, {name}", figure(rounds), f"nginx WebDAV {figure(dav_rounds)}", ratio)
        yield table.at_least(*figures, TARGETS[label]) if name == "one request" else table.Row(*figures)


def rows(programs):
    made = []
    with instance.running(programs, "keymaker", "public", settings=SETTINGS) as door, front(programs) as behind, \
            webdav(door.folder / "webdav", door.folder / "tls") as dav:
        for label in SIZES:
            table.note(f"accept: {label}, {ROUNDS} rounds ({table.load()})")
            made += compare(door, behind, dav, label)
    return made
