#!/bin/bash
# build.sh [--quiet]: builds Berth's example guest, a Linux that boots in about two seconds without
# hardware virtualisation, from the Debian packages of this machine's own suite.
#
# The result is kept in ${XDG_CACHE_HOME:-~/.cache}/berth/guest/SCRIPTS-KERNEL, where SCRIPTS is a hash
# of this directory's build files and KERNEL the kernel's version, and docs/examples/guest/out is a
# symlink to it:
#   vmlinux           the kernel uncompressed: QEMU enters it by PVH and saves two seconds of unpacking
#   vmlinuz           the same kernel as a bzImage, for firmware boots
#   initrd.img        busybox, modules and the files in rootfs/
#   initrd-agent.img  the same with qemu-guest-agent
#
# Nothing is printed when the guest is up to date, else progress on stderr (--quiet: only errors).
# Builders may run side by side and may be killed at any point: one builds at a time, in a
# temporary directory that is renamed when complete. To take up a newer kernel, remove `out` and the
# cached directory.
set -Eeuo pipefail
trap 'echo "guest: building failed at line $LINENO of build.sh" >&2' ERR
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/berth
link=$here/out
quiet=
case ${1-} in
  '') ;;
  --quiet) quiet=yes ;;
  *) echo "usage: build.sh [--quiet]" >&2; exit 2 ;;
esac

# Drivers for what the tests plug in; what they depend on is added. Filesystems for the disks.
modules="virtio_pci virtio_blk virtio_net virtio_console virtio_balloon virtio_scsi virtio_mem
  virtio_rng virtio_input virtiofs 9p 9pnet_virtio vmw_vsock_virtio_transport
  sd_mod sr_mod ahci ata_piix ata_generic nvme e1000 e1000e xhci_pci usb_storage usbhid
  evdev button pvpanic_mmio pvpanic_pci i6300esb iTCO_wdt
  ext4 isofs vfat nls_ascii nls_cp437 loop"

say() { [ -n "$quiet" ] || echo "guest: $*" >&2; }
fail() { echo "guest: $*" >&2; exit 1; }

# The up-to-date check is the common case and runs before every test run: hashing only, no apt.
scripts=$(cd "$here" && find build.sh rootfs -type f -print0 | sort -z | xargs -0 sha256sum \
  | sha256sum | cut -c1-12)

# Points `out` at DIR in one step, so that a concurrent reader never finds it missing.
publish() {
  [ "$(readlink "$link" 2>/dev/null)" != "$1" ] || return 0
  local fresh
  fresh=$(mktemp -u "$here/.out.XXXXXX")
  ln -s "$1" "$fresh"
  mv -T "$fresh" "$link"
}

# Succeeds when a complete build of these scripts exists; of several kernels the newest build wins.
reuse() {
  local dir newest=
  for dir in "$cache/guest/$scripts"-*/; do
    [ -d "$dir" ] || continue
    if [ -z "$newest" ] || [ "$dir" -nt "$newest" ]; then newest=$dir; fi
  done
  [ -n "$newest" ] || return 1
  publish "${newest%/}"
}

require_tools() {
  local missing='' tool package
  while read -r tool package; do
    command -v "$tool" >/dev/null || missing+=" $package"
  done <<<'depmod kmod
    cpio cpio
    lz4 lz4
    xz xz-utils
    zstd zstd
    strip binutils'
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    fail "these Debian packages are missing; as root: apt-get install --no-install-recommends$missing"
  fi
  echo "guest: installing$missing" >&2
  apt_update_once
  # shellcheck disable=SC2086  # a list of words
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    install -y --no-install-recommends $missing >/dev/null
}

updated=
apt_update_once() {
  [ -z "$updated" ] || return 0
  updated=yes
  [ "$(id -u)" = 0 ] || fail "apt's package lists are absent or out of date; as root: apt-get update"
  apt-get -qq -o DPkg::Lock::Timeout=300 update >&2
}

# The packages that PACKAGE's libraries come from, and PACKAGE itself.
closure() {
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances "$1" | grep -E "^(lib.*|zlib1g|$1)\$" | grep -v perl | sort -u
}

# download PACKAGE...: leaves their .deb files, verified by apt, in the current directory.
download() {
  apt-get -o APT::Sandbox::User= -qq download "$@" 2>/dev/null && return 0
  apt_update_once
  apt-get -o APT::Sandbox::User= -qq download "$@" >&2
}

number() { od -An -v -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# extract_kernel BZIMAGE OUT: the ELF kernel inside, found by the x86 boot protocol's header fields
# setup_sects (0x1f1), payload_offset (0x248) and payload_length (0x24c).
extract_kernel() {
  local sectors offset length magic unpack trailer=4
  sectors=$(number "$1" $((0x1f1)) 1)
  offset=$(((sectors + 1) * 512 + $(number "$1" $((0x248)) 4)))
  length=$(number "$1" $((0x24c)) 4)
  magic=$(od -An -v -t x1 -j "$offset" -N 4 "$1" | tr -d ' ')
  case $magic in
    02214c18) unpack='lz4 -dc' ;;
    fd377a58) unpack='xz -dc' ;;
    28b52ffd) unpack='zstd -dc' ;;
    1f8b*) unpack='gzip -dc' trailer=0 ;; # gzip's own last field is the size
    *) fail "the kernel $1 is compressed in an unknown way (its payload starts with $magic)" ;;
  esac
  # The payload's last four bytes are the unpacked size.
  tail -c "+$((offset + 1))" "$1" | head -c "$((length - trailer))" | $unpack >"$2" || true
  [ "$(stat -c %s "$2")" = "$(number "$1" $((offset + length - 4)) 4)" ] \
    || fail "unpacking the kernel $1 with '$unpack' gave the wrong size"
}

# The kernel package puts its modules in lib/modules on bookworm, usr/lib/modules after usrmerge.
install_modules() { # UNPACKED-KERNEL ROOT
  local from=$1 to=$2 version file
  [ -d "$from/lib" ] || ln -s usr/lib "$from/lib"
  version=$(basename "$from"/lib/modules/*)
  depmod -b "$from" "$version"
  mkdir -p "$to/lib/modules/$version/kernel"
  for module in $modules; do
    # A driver that a kernel has built in, or no longer has, prints no insmod line.
    modprobe -d "$from" -S "$version" -D -q "$module" || true
  done | sed -n 's#^insmod \([^ ]*\).*#\1#p' | sort -u | while read -r file; do
    cp "$file" "$to/lib/modules/$version/kernel/"
  done
  find "$to/lib/modules" -name '*.ko.xz' -exec xz -d {} +
  find "$to/lib/modules" -name '*.ko' -exec strip --strip-debug {} +
  cp "$from/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} "$to/lib/modules/$version/"
  depmod -b "$to" "$version"
  # busybox reads only the two text files.
  find "$to/lib/modules/$version" -maxdepth 1 -type f ! -name modules.dep ! -name modules.alias -delete
}

install_rootfs() { # BUSYBOX ROOT
  local root=$2 applet
  mkdir -p "$root"/{bin,sbin,dev,proc,sys,tmp,run,var,mnt,root,usr/bin,usr/sbin}
  cp -r "$here/rootfs/." "$root/"
  find "$root" -type f -exec chmod 644 {} +
  chmod 755 "$root"/init "$root"/bin/* "$root"/etc/qemu/fsfreeze-hook
  install -m 755 "$1" "$root/bin/busybox"
  for applet in $("$1" --list); do
    [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
  done
  ln -s ../bin/modprobe "$root/sbin/modprobe" # the kernel calls it by this path
  ln -s ../bin/shutdown "$root/sbin/shutdown" # and qemu-ga this one
}

# qemu-ga with the libraries that its own loader finds for it: nothing of the machine's is mixed in.
install_agent() { # UNPACKED-AGENT ROOT
  local from=$1 root=$2 lib=usr/lib/x86_64-linux-gnu loader file
  loader=$(find "$from" -path '*/x86_64-linux-gnu/ld-linux-x86-64.so.2' -print -quit)
  install -D -m 755 "$from/usr/sbin/qemu-ga" "$root/usr/sbin/qemu-ga"
  install -D -m 755 "$loader" "$root/lib64/ld-linux-x86-64.so.2"
  "$loader" --library-path "$from/lib/x86_64-linux-gnu:$from/$lib" --list "$from/usr/sbin/qemu-ga" \
    | sed -n "s#.* => \($from/[^ ]*\) .*#\1#p" | while read -r file; do
    install -D -m 644 "$file" "$root/$lib/$(basename "$file")"
  done
  [ -f "$root/$lib/libc.so.6" ] || fail "qemu-guest-agent's libraries were not found"
}

archive() { # ROOT OUT
  (cd "$1" && find . -print | sort | cpio -o -H newc --quiet --reproducible -R 0:0) >"$2"
}

build() {
  require_tools
  command -v apt-get dpkg-deb >/dev/null || fail "needs Debian's apt and dpkg: packages come from there"
  [ "$(dpkg --print-architecture)" = amd64 ] || fail "only amd64 guests can be built, on amd64"
  local kernel target
  kernel=$(kernel_package)
  if [ -z "$kernel" ]; then
    apt_update_once
    kernel=$(kernel_package)
    [ -n "$kernel" ] || fail "apt knows no package linux-image-amd64; is this Debian?"
  fi
  target=$cache/guest/$scripts-${kernel#linux-image-}

  work=$cache/guest/.building # ours alone: the caller holds the lock; a killed builder's is stale
  rm -rf "$work"
  mkdir -p "$work"/{debs,kernel,busybox,agent,root,agent-root,done}
  trap 'rm -rf "$work"' EXIT

  say "fetching $kernel, busybox and qemu-guest-agent"
  # shellcheck disable=SC2046  # a list of words
  (cd "$work/debs" && download "$kernel" busybox-static $(closure qemu-guest-agent))
  dpkg-deb -x "$work/debs/$kernel"_*.deb "$work/kernel"
  dpkg-deb -x "$work"/debs/busybox-static_*.deb "$work/busybox"
  rm "$work/debs/$kernel"_*.deb "$work"/debs/busybox-static_*.deb
  local deb
  for deb in "$work"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -xf - -C "$work/agent" --keep-directory-symlink
  done

  say "assembling the images"
  cp "$work"/kernel/boot/vmlinuz-* "$work/done/vmlinuz"
  extract_kernel "$work/done/vmlinuz" "$work/done/vmlinux"
  install_rootfs "$(find "$work/busybox" -type f -path '*bin/busybox')" "$work/root"
  install_modules "$work/kernel" "$work/root"
  archive "$work/root" "$work/done/initrd.img"
  install_agent "$work/agent" "$work/agent-root"
  archive "$work/agent-root" "$work/agent.cpio"
  # The kernel unpacks concatenated archives one over the other.
  cat "$work/done/initrd.img" "$work/agent.cpio" >"$work/done/initrd-agent.img"
  [ -d "$target" ] || mv -T "$work/done" "$target"
  publish "$target"
  say "ready in $target"
}

# Empty if apt does not know, having no lists yet.
kernel_package() {
  { apt-cache depends linux-image-amd64 2>/dev/null || true; } | sed -n 's/ *Depends: //p' | head -n 1
}

! reuse || exit 0
mkdir -p "$cache/guest"
exec 9>"$cache/guest/.lock"
flock 9
# Somebody may have built it while we waited.
! reuse || exit 0
build
