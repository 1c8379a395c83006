# A complete instance in a folder, with mail server and malware scanner around it: for the demo and the tests. Sourced after common.sh and servers.sh.
ADDRESS=post@zegelpost.example

# The users of gateway/supervisor/sysusers.conf.
make_users() {
  local name
  getent group zegelpost >/dev/null || groupadd --system zegelpost
  for name in zegelpost zegelpost-public zegelpost-mail zegelpost-keys zegelpost-cells; do
    id -u $name >/dev/null 2>&1 || useradd --system --gid zegelpost --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin $name
  done
}

# make_instance FOLDER PROGRAMS PUBLIC STAFF LMTP SMTP: configuration, keys, one member of staff per role; FOLDER/samples must be there.
make_instance() {
  local folder=$1 zegelpost="$2/zegelpost" person
  make_users
  "$zegelpost" init "$folder" --separate-users --public-port "$3" --staff-port "$4" --lmtp-port "$5" --smtp-port "$6" --mail-address $ADDRESS \
    --clamd "$folder/clamd/clamd.sock" >"$folder/init.txt"
  export ZEGELPOST_CONFIG="$folder/zegelpost.yaml"
  # The sample signer's root, so that its signature counts as trusted here.
  install -m 644 "$folder/samples/avg/anker.pem" "$folder/anker.pem"
  sed -i 's|^keys:|&\n  trust_anchors: anker.pem|; s|^mail:|&\n  authentication_servers: [mx.zegelpost.example]|' "$ZEGELPOST_CONFIG"
  {
    "$zegelpost" user add p.postma --name "Pia Postma" --role postkamer
    "$zegelpost" user add i.balie --name "Ilse Balie" --role informatiebalie
    "$zegelpost" user add j.recht --name "Joris Recht" --role jurist
    "$zegelpost" user add g.keur --name "Gerda Keur" --role jurist --role goedkeurder
    "$zegelpost" user add f.gids --name "Fatma Gids" --role fg
    "$zegelpost" user reset beheer
  } >"$folder/credentials.txt"
  chmod 600 "$folder/credentials.txt"
}

# forget_copies_at_once FOLDER: the story ends with an erasure, and nobody waits a year for that.
forget_copies_at_once() {
  cp -r "$ROOT/intake/rules" "$1/rules"
  sed -i 's/^retention_days: .*/retention_days: 0/' "$1/rules/requests/kopie-indicatiebesluit.yaml"
  printf '\nrules: rules\n' >>"$1/zegelpost.yaml"
}

# start_instance FOLDER PROGRAMS PUBLIC STAFF LMTP SMTP
start_instance() {
  local folder=$1
  start_postfix "$folder/postfix" "$6" "$5" $ADDRESS
  start_clamd "$folder/clamd"
  "$2/zegelpost" serve >"$folder/log" 2>&1 &
  echo $! >"$folder/serve.pid"
  wait_for_port "$3" portal "$folder/log"
  wait_for_port "$4" workbench "$folder/log"
}

stop_instance() {
  stop_pid_file "$1/serve.pid"
  stop_postfix "$1/postfix"
  stop_clamd "$1/clamd"
  gpgconf --homedir "$1/data/keys/zone" --kill all 2>/dev/null || true
}
