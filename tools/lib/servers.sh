# Real servers for the demo and the tests, each in a folder of its own, on loopback, started and stopped by us. Sourced after common.sh.

# start_postfix FOLDER SMTP_PORT LMTP_PORT ADDRESS: mail for ADDRESS (and ADDRESS with +extension) goes to LMTP_PORT; all other mail lands in FOLDER/mail.
start_postfix() {
  local folder=$1 smtp_port=$2 lmtp_port=$3 address=$4
  local user=${address%@*} domain=${address#*@}
  mkdir -p "$folder"/{etc,spool,data,mail}
  chown postfix "$folder/data"
  chown nobody "$folder/mail"
  cat >"$folder/etc/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $folder/spool
data_directory = $folder/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.$domain
mynetworks = 127.0.0.0/8
mydestination =
recipient_delimiter = +
smtputf8_enable = yes
message_size_limit = 67108864
virtual_mailbox_limit = 0
mailbox_size_limit = 0
transport_maps = regexp:$folder/etc/transport
virtual_mailbox_domains = regexp:$folder/etc/domains
virtual_mailbox_base = $folder/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
lmtp_destination_concurrency_limit = 8
minimal_backoff_time = 2s
queue_run_delay = 2s
maillog_file = /dev/stdout
EOF
  printf '/^%s(\\+.*)?@%s$/ lmtp:inet:127.0.0.1:%s\n' "$user" "${domain//./\\.}" "$lmtp_port" >"$folder/etc/transport"
  printf '/./ OK\n' >"$folder/etc/domains"
  # Postfix's usual services without its chroot, on our port.
  awk -v port="127.0.0.1:$smtp_port" '/^smtp +inet/ {$1=port} /^[a-z0-9:.]/ && NF>=8 && $1 !~ /^#/ {$5="n"} {print}' /etc/postfix/master.cf >"$folder/etc/master.cf"
  (cd "$folder" && exec postfix -c "$folder/etc" start-fg >"$folder/log" 2>&1) &
  echo $! >"$folder/pid"
  wait_for_port "$smtp_port" "Postfix" "$folder/log"
}

stop_postfix() { [ -f "$1/etc/main.cf" ] && postfix -c "$1/etc" stop >/dev/null 2>&1 || true; }

# start_clamd FOLDER: with Debian's signatures when they are there, else with one of our own that knows only the EICAR test file.
start_clamd() {
  local folder=$1 database=/var/lib/clamav
  mkdir -p "$folder/db"
  # clamd spools what it scans: only memory will do for that (no plaintext on disk).
  local memory; memory=$(mktemp -d /dev/shm/zegelpost-clamd.XXXXXX); echo "$memory" >"$folder/memory"
  if ! ls /var/lib/clamav/main.c?d >/dev/null 2>&1; then
    database="$folder/db"
    printf 'Eicar-Test-Signature:0:*:%s\n' "$(printf 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE' | od -An -tx1 | tr -d ' \n')" >"$database/zegelpost.ndb"
  fi
  cat >"$folder/clamd.conf" <<EOF
Foreground yes
LocalSocket $folder/clamd.sock
LocalSocketMode 666
DatabaseDirectory $database
PidFile $folder/clamd.pid
TemporaryDirectory $memory
StreamMaxLength 100M
MaxThreads 4
AlertExceedsMax yes
AlertEncrypted yes
EOF
  clamd -c "$folder/clamd.conf" >"$folder/log" 2>&1 &
  echo $! >"$folder/pid"
  local i
  for i in $(seq 1200); do [ -S "$folder/clamd.sock" ] && return 0; sleep 0.1; done
  tail -n 20 "$folder/log" >&2
  die "clamd does not start"
}

stop_clamd() {
  stop_pid_file "$1/pid"
  [ -f "$1/memory" ] && rm -rf "$(cat "$1/memory")" || true
}

# wait_for_port PORT NAME LOG
wait_for_port() {
  local i
  for i in $(seq 1200); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0; sleep 0.1; done
  tail -n 20 "$3" >&2
  die "$2 does not answer on port $1"
}

stop_pid_file() {
  [ -f "$1" ] || return 0
  local pid i
  pid=$(cat "$1"); rm -f "$1"
  kill "$pid" 2>/dev/null || return 0
  for i in $(seq 100); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
  kill -9 "$pid" 2>/dev/null || true
}
