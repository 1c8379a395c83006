#!/usr/bin/python3
"""Kills every process of a running instance, the supervisor too, with SIGKILL at random moments while people send by web and mail and staff
look; then asks for every item that was acknowledged: it is there, once, whole; and for every look: it is in the ledger.

KILLS (of each process; 50) and SEED (the time) come from the environment.
"""
import collections
import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import sys
import threading
import time

from instance import Instance
from load import PURPOSE, Load, log_in
from supervised import Supervised

PROCESSES = ["keymaker", "broker", "office", "worker", "staff", "public", "mail"]
SECONDS = 150  # over which the kills are spread


class Killer:
    """One thread per kind of process, each with dice of its own: the same seed gives the same pauses."""

    def __init__(self, supervised, kills, seed):
        self.supervised, self.kills, self.seed = supervised, kills, seed
        self.done = collections.Counter()
        self._threads = [threading.Thread(target=self._run, args=(name,)) for name in PROCESSES + ["supervisor"]]
        for thread in self._threads:
            thread.start()

    def wait(self):
        for thread in self._threads:
            thread.join()

    def _run(self, name):
        dice, last = random.Random(f"{self.seed}-{name}"), None
        pauses = [dice.random() for _ in range(self.kills)]
        while self.done[name] < self.kills:
            time.sleep(pauses[self.done[name]] * SECONDS / sum(pauses))
            if name == "supervisor":
                self.supervised.kill_supervisor()
                self.done[name] += 1
                continue
            while (pid := self.supervised.running(name)) in (None, last):
                time.sleep(0.02)
            try:
                os.kill(pid, signal.SIGKILL)
                self.done[name] += 1
            except ProcessLookupError:
                pass  # it ended with its supervisor
            last = pid


class Watch:
    """How much waits, read beside the worker."""

    def __init__(self, instance):
        self._path = next(instance.folder.rglob("zegelpost.db"))
        self._tray = instance.folder / "data" / "incoming"

    def backlog(self):
        return sum(len(os.listdir(self._tray / name)) for name in ("new", "taken")) + self._jobs()

    def _jobs(self):
        try:
            with sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=10) as database:
                return database.execute("SELECT count(*) FROM jobs WHERE dead = 0").fetchone()[0]
        except sqlite3.Error:
            return 0  # just being opened by a new worker


def wait_until_quiet(instance, seconds=240):
    """Until the tray is empty and every job is done; the numbers of the balance."""
    deadline, last = time.monotonic() + seconds, None
    while True:
        _, told = instance.zegelpost("balance")
        numbers = {key.strip(): int(value) for key, value in re.findall(r"^(.+?)\s{2,}(\d+)$", told, re.M)}
        left = [numbers.get(key, -1) for key in ("waiting in the tray", "being filed", "jobs waiting")]
        if not any(left) or time.monotonic() > deadline:
            return numbers
        if left != last:
            print(f"  tray, filing, jobs: {left}", flush=True)
        last = left
        time.sleep(1)


def not_there_once(instance, load):
    """Every acknowledged item stands in the work list once and holds the document that was sent, to the byte."""
    clerk = log_in(instance, load.insist)
    for word in [*load.by_web, *load.by_mail]:
        rows = re.findall(r'<td><a href="(/dossier/[0-9a-f]{32})', clerk.get("/?zoek=" + word).body.decode())
        if len(rows) != 1:
            yield f"{word} was acknowledged and stands {len(rows)} times in the work list"
        elif word in load.by_web:
            page = clerk.get(f"{rows[0]}?doel={PURPOSE}").body.decode()
            documents = set(re.findall(r"/dossier/[0-9a-f]{32}/document/([0-9a-f]{32})", page))
            found = [hashlib.sha256(clerk.request("GET", f"/document/{one}/origineel?doel={PURPOSE}")[2]).hexdigest() for one in documents]
            if found != [load.by_web[word]]:
                yield f"{word} was acknowledged with document {load.by_web[word]} and holds {found}"


def not_in_ledger(instance, load):
    ledger = next(instance.folder.rglob("entries.jsonl"))
    entries = [json.loads(line) for line in ledger.read_text().splitlines()]
    opened = collections.Counter(one["dossier"] for one in entries if one["action"] == "dossier.open" and one["outcome"] == "ok")
    for dossier, count in load.looks.items():
        if opened[dossier] < count:
            yield f"dossier {dossier} was shown {count} times and stands {opened[dossier]} times in the ledger"


def problems_after(instance, load):
    numbers = wait_until_quiet(instance)
    if not load.by_web or not load.by_mail or not load.looks:
        yield "there was no load: " + load.told()
    yield from (f"never served: {one}" for one in load.gave_up)
    status, told = instance.zegelpost("balance")
    print(told)
    if status != 0:
        yield "the balance is not zero:\n" + told
    for key in ("waiting in the tray", "being filed", "jobs waiting"):
        if numbers.get(key):
            yield f"{numbers[key]} {key}, for ever"
    if numbers.get("dead letters (need a person)"):
        yield "there are dead letters:\n" + instance.zegelpost("jobs", "list")[1]
    if numbers.get("dossiers") != len(load.by_web) + len(load.by_mail):
        yield f"{len(load.by_web) + len(load.by_mail)} items were acknowledged, and there are {numbers.get('dossiers')} dossiers"
    yield from not_there_once(instance, load)
    yield from not_in_ledger(instance, load)
    for arguments in (["object", "check"], ["ledger", "verify"]):
        status, told = instance.zegelpost(*arguments)
        print(told)
        if status != 0:
            yield " ".join(arguments) + " finds a problem:\n" + told


def main():
    instance = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
    kills, seed = int(os.environ.get("KILLS", 50)), int(os.environ.get("SEED", time.time()))
    print(f"{kills} kills of each process, SEED={seed}", flush=True)
    began = time.monotonic()
    supervised = Supervised(instance, {"limits": "  restart_pause_seconds: 1\n"})
    watch = Watch(instance)
    load = Load(instance, watch.backlog)
    killer = Killer(supervised, kills, seed)
    killer.wait()
    print(f"{time.monotonic() - began:.0f} s; killed: {dict(killer.done)}; {load.told()}; refused or cut: {dict(load.errors)}", flush=True)
    load.stop()
    problems = list(problems_after(instance, load))
    for problem in problems:
        print("FAIL " + problem)
    print(f"{time.monotonic() - began:.0f} s; " + (f"{len(problems)} problems, SEED={seed}" if problems else "nothing lost, nothing doubled; " + load.told()))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
