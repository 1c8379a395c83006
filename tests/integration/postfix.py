"""A Postfix of a test's own, below a folder; what it takes for the domains that it keeps lies in Maildirs, mail/all."""
import shutil
import subprocess


def start(base, listen, domains, settings, mynetworks="127.0.0.0/8"):
    """At `listen` (address:port). `settings`: more lines of main.cf."""
    for name in ("etc", "queue", "lib", "mail"):
        (base / name).mkdir(parents=True)
    shutil.chown(base / "lib", "postfix")
    shutil.chown(base / "mail", "nobody")
    (base / "etc/main.cf").write_text(f"""compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/lib
maillog_file = {base}/log
maillog_file_prefixes = {base}
mail_owner = postfix
setgid_group = postdrop
mydestination =
mynetworks = {mynetworks}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {base}/mail
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
{settings}""")
    (base / "etc/master.cf").write_text(services(listen))
    subprocess.run(["postfix", "-c", base / "etc", "start"], check=True, capture_output=True)


def stop(base):
    subprocess.run(["postfix", "-c", base / "etc", "stop"], capture_output=True, check=False)


def delivered(base):
    """What came for its domains."""
    return [path.read_bytes() for path in (base / "mail").glob("all/new/*")]


def services(listen):
    """Its master.cf: no chroot, one door at `listen` (address:port), a queue that is looked at each second."""
    return f"""{listen} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
