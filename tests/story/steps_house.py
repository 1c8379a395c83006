"""Step 0, before anybody comes: every process runs in a room of its own, as a user of its own."""
import pathlib
import pwd
import subprocess

USERS = {"keymaker": "zegelpost-keys", "broker": "zegelpost-cells", "office": "zegelpost-cells", "worker": "zegelpost", "staff": "zegelpost", "public": "zegelpost-public", "mail": "zegelpost-mail"}
INNER = ["data/store", "data/objects", "data/ledger", "data/keys/zone", "data/incoming/new", "seal", "recovery"]


def step_0(story):
    check, folder = story.checks, story.instance.folder
    runs_as = {name: user_of((folder / "run" / f"{name}.pid").read_text().strip()) for name in USERS}
    check.that("every process runs as the user of its role", runs_as == USERS, runs_as)
    story.keep("processes.txt", subprocess.run(["ps", "-eo", "user:16,pid,ppid,nlwp,rss,args", "--forest"], capture_output=True, check=True).stdout)
    for user in ("zegelpost-public", "zegelpost-mail", "zegelpost-keys", "zegelpost-cells"):
        readable = [place for place in INNER if may_list(user, folder / place)]
        check.that(f"{user} can't look into store, objects, ledger, keys or tray", not readable, readable)


def user_of(pid):
    return pwd.getpwuid(pathlib.Path(f"/proc/{pid}").stat().st_uid).pw_name


def may_list(user, folder):
    return subprocess.run(["setpriv", "--reuid", user, "--regid", "zegelpost", "--clear-groups", "ls", folder], capture_output=True, check=False).returncode == 0
