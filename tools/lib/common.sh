# Shared by tools/*: where things are, and installing what is needed. Sourced, not run.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD="$ROOT/build/release"
BIN="$BUILD/bin"
export DEBIAN_FRONTEND=noninteractive

say() { printf '\n== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages LIST...: the Debian packages of tools/packages/LIST.txt that are not there yet.
install_packages() {
  local missing=() name lists=()
  for name in "$@"; do lists+=("$ROOT/tools/packages/$name.txt"); done
  while read -r name; do
    dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done < <(sort -u "${lists[@]}")
  [ ${#missing[@]} -eq 0 ] && return 0
  say "Installing ${#missing[@]} Debian packages"
  as_root apt-get update -qq
  # The packages' own services stay off: the demo and the tests start servers of their own.
  printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
  as_root chmod +x /usr/sbin/policy-rc.d
  local status=0
  as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || status=$?
  as_root rm -f /usr/sbin/policy-rc.d
  [ $status -eq 0 ] || die "apt-get could not install: ${missing[*]}"
}

# Node.js and npm fetch the style sheets and the upload script of the portal; Debian's unless a newer one is there.
install_node() {
  command -v npm >/dev/null && return 0
  say "Installing Node.js and npm"
  as_root apt-get update -qq
  as_root apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
}

# build PRESET [TARGET...]
build() {
  local preset=$1; shift
  say "Building ($preset)"
  (cd "$ROOT" && cmake --preset "$preset" >"$ROOT/build/configure-$preset.log" 2>&1) || { cat "$ROOT/build/configure-$preset.log"; die "configuration failed"; }
  ninja -C "$ROOT/build/$preset" "$@" | tail -n 1
  return "${PIPESTATUS[0]}"
}
# Clones of the project share what the compiler cache holds.
export CCACHE_BASEDIR="$ROOT" CCACHE_NOHASHDIR=1
mkdir -p "$ROOT/build"
