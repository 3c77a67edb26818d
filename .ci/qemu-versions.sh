#!/bin/bash
# qemu-versions.sh [SUITE...]: unpacks the QEMU of each Debian suite side by side, installing nothing,
# and prints the path of each one's qemu-system-x86_64. Without arguments the whole test matrix:
# bullseye (5.2), bookworm (7.2), trixie (10.0), trixie-backports (11.1).
#
# Kept in ${XDG_CACHE_HOME:-~/.cache}/berth/qemu/SUITE; a cached suite is neither checked nor
# updated: remove its directory for a newer one. Beside each emulator are its qemu-img and the rest, in run/.
# The trees hold absolute paths and cannot be moved.
set -Eeuo pipefail
trap 'echo "qemu-versions: failed at line $LINENO" >&2' ERR
export LC_ALL=C

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/berth/qemu
packages="qemu-system-x86 qemu-utils"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
recipe=$(sha256sum <"${BASH_SOURCE[0]}" | cut -c1-12)
[ $# != 0 ] || set -- bullseye bookworm trixie trixie-backports

fail() { echo "qemu-versions: $*" >&2; exit 1; }

require_tools() {
  command -v apt-get dpkg-deb >/dev/null || fail "needs Debian's apt and dpkg: packages come from there"
  command -v patchelf >/dev/null && return 0
  [ "$(id -u)" = 0 ] || fail "patchelf is missing; as root: apt-get install --no-install-recommends patchelf"
  echo "qemu-versions: installing patchelf" >&2
  apt-get -qq -o DPkg::Lock::Timeout=300 update >&2
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    install -y --no-install-recommends patchelf >/dev/null
}

# apt_world SUITE DIR: an apt configuration that knows SUITE only and believes that nothing is
# installed, so that apt resolves everything down to libc. APT_CONFIG names it. The mirror is the one this
# machine's own apt uses.
apt_world() {
  local suite=$1 dir=$2 base=${1%-backports} mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' | sed -n 's#/debian/*$##p' | head -n 1)
  [ -n "$mirror" ] || fail "apt has no Debian mirror among its sources"
  mkdir -p "$dir"/{lists,archives}/partial
  : >"$dir/status"
  {
    echo "$mirror/debian $base"
    if [ "$base" != sid ]; then
      echo "$mirror/debian $base-updates"
      echo "$mirror/debian-security $base-security"
    fi
    [ "$suite" = "$base" ] || echo "$mirror/debian $suite"
  } | sed "s#^#deb [signed-by=$keyring arch=amd64] #; s#\$# main#" >"$dir/sources.list"
  # Debian lets a suite's Release file expire when the suite does; it is signed all the same.
  cat >"$dir/apt.conf" <<CONF
Dir::Etc "$dir"; Dir::Etc::sourcelist "$dir/sources.list"; Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null"; Dir::Etc::preferencesparts "/dev/null"; Dir::Etc::parts "/dev/null";
Dir::State "$dir"; Dir::State::lists "$dir/lists"; Dir::State::status "$dir/status";
Dir::Cache "$dir"; Dir::Cache::archives "$dir/archives";
Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";
APT::Architecture "amd64"; APT::Architectures { "amd64"; };
APT::Install-Recommends "false"; APT::Sandbox::User ""; APT::Keep-Downloaded-Packages "true";
Acquire::Languages "none"; Acquire::Check-Valid-Until "false"; Debug::NoLocking "true";
CONF
}

# unpack_closure SUITE DIR ROOT: everything that $packages need, into a merged-/usr tree
unpack_closure() {
  local suite=$1 dir=$2 root=$3 target='' deb
  [ "$suite" = "${suite%-backports}" ] || target="-t $suite"
  export APT_CONFIG=$dir/apt.conf
  apt-get -qq update >&2
  # shellcheck disable=SC2086  # lists of words
  apt-get -qq -y $target --download-only install $packages >"$dir/log" 2>&1 || { cat "$dir/log" >&2; return 1; }
  unset APT_CONFIG
  mkdir -p "$root"/usr/{bin,sbin,lib,lib64}
  for deb in bin sbin lib lib64; do ln -s "usr/$deb" "$root/$deb"; done
  for deb in "$dir"/archives/*.deb; do
    # tar, since dpkg-deb -x would replace the links of merged /usr by directories
    dpkg-deb --fsys-tarfile "$deb" | tar -xf - -C "$root" --keep-directory-symlink --no-same-owner \
      --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale'
  done
}

is_elf() { [ -f "$1" ] && [ ! -L "$1" ] && [ "$(head -c 4 "$1" | tail -c 3)" = ELF ]; }

# relocate ROOT: the programs use ROOT's own loader, libraries, modules and firmware.
relocate() {
  local root=$1 libs=$1/usr/lib/x86_64-linux-gnu link target loader binary name data
  find "$root" -type l -lname '/*' -printf '%p %l\n' | while read -r link target; do
    ln -sfnr "$root$target" "$link"
  done
  loader=$(realpath -e "$root/lib64/ld-linux-x86-64.so.2")
  mkdir "$root/run"
  for binary in "$root"/usr/bin/qemu-* "$root"/usr/lib/qemu/* "$root"/usr/libexec/*; do
    is_elf "$binary" || continue
    patchelf --print-interpreter "$binary" >/dev/null 2>&1 || continue # a static one
    # DT_RPATH, unlike DT_RUNPATH, also serves the libraries' own dependencies and loaded modules.
    patchelf --set-interpreter "$loader" --force-rpath \
      --set-rpath "$libs:$libs/systemd:$libs/samba:$libs/pulseaudio:$libs/ceph" "$binary"
    # QEMU dies of the modules of an installed QEMU of another build: it shall not find them.
    sed -i 's#/usr/lib/x86_64-linux-gnu/qemu\x00#/usr/lib/x86_64-linux-gnu/QEMU\x00#g' "$binary"
  done
  for binary in "$root"/usr/bin/qemu-*; do
    name=${binary##*/}
    data=
    [[ $name != qemu-system-* ]] \
      || data="-L '$root/usr/share/qemu' -L '$root/usr/share/seabios' -L '$root/usr/lib/ipxe/qemu'"
    cat >"$root/run/$name" <<RUN
#!/bin/sh
export QEMU_MODULE_DIR='$libs/qemu'
exec '$binary' $data "\$@"
RUN
    chmod 755 "$root/run/$name"
  done
}

# provide SUITE: builds it in place unless it is complete, one at a time
provide() {
  local root=$cache/$1 work
  [ "$(cat "$root/.recipe" 2>/dev/null)" != "$recipe" ] || return 0
  require_tools
  mkdir -p "$cache"
  exec 9>"$cache/.$1.lock"
  flock 9
  if [ "$(cat "$root/.recipe" 2>/dev/null)" != "$recipe" ]; then
    echo "qemu-versions: fetching the QEMU of $1" >&2
    work=$cache/.$1.apt
    rm -rf "$root" "$work"
    apt_world "$1" "$work"
    unpack_closure "$1" "$work" "$root"
    relocate "$root"
    "$root/run/qemu-system-x86_64" --version >/dev/null
    rm -rf "$work"
    echo "$recipe" >"$root/.recipe" # last: it means that the tree is complete
  fi
  exec 9>&-
}

for suite; do
  provide "$suite"
  echo "$cache/$suite/run/qemu-system-x86_64"
done
