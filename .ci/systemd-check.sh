#!/bin/bash
# Tries the units that `vmctl daemon unit` prints under a systemd of its own, in namespaces of its own:
# a daemon's restart and stop leave the guest running, in a scope outside the daemon's control group, and
# a machine that goes down has its guests shut down first. For root, for systemd is; changes nothing
# outside, and leaves nothing behind. It sees no units but those below, so it starts nothing of this machine.
set -euo pipefail

if [ "${1:-}" = inside ]; then
  work=$2 root=$3
  mount --make-rprivate /
  for directory in /run /var/lib /var/log /etc/systemd; do mount -t tmpfs tmpfs "$directory"; done
  umount -R /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  export SYSTEMD_UNIT_PATH=$work/units container=berth
  exec "$(readlink -f /lib/systemd/systemd)" --system --unit=check.target --log-target=console --show-status=0
fi

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
if [ "$(id -u)" != 0 ]; then
  echo "systemd: not tried, for that takes root"
  exit
fi
. "$root/.ci/prerequisites.sh"
require_tools /lib/systemd/systemd:systemd unshare:util-linux

work=$(mktemp -d /tmp/systemd.XXXX)
systemd=
cleanup() {
  # Its namespace ends with it, and all that runs there.
  [ -z "$systemd" ] || { kill -9 "$systemd" && wait "$systemd"; } 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

mkdir "$work/units"
cd "$work/units"
for unit in berth berth-guests; do
  "$root/vmctl" daemon unit --unit $unit.service \
    | sed "s#/usr/bin/vmctl#$root/vmctl#; /^\[Service\]/a Environment=HOME=/root\nStandardOutput=append:$work/$unit.log\nStandardError=append:$work/$unit.log" \
      >$unit.service
done
for target in basic sysinit multi-user local-fs network shutdown; do
  printf '[Unit]\nDefaultDependencies=no\n' >$target.target
done
printf '[Unit]\nDefaultDependencies=no\nWants=check.service\n' >check.target
cat >check.service <<EOF
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
ExecStart=/bin/bash -x $work/check.sh
StandardOutput=append:$work/check.log
StandardError=append:$work/check.log
Environment=HOME=/root PATH=$PATH
EOF

cat >"$work/check.sh" <<EOF
set -euo pipefail
work=$work root=$root
EOF
cat >>"$work/check.sh" <<'EOF'
trap 'echo $? >"$work/ended"' EXIT
step() { echo "$*" >>"$work/steps"; }
pid() { "$root/vmctl" list -o csv --columns pid | tail -n 1; }
# answers: waits until the daemon does.
answers() {
  local tries=0
  until "$root/vmctl" list >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] && sleep 0.2 || return 1
  done
}
is_running() { kill -0 "$guest" && [ "$(pid)" = "$guest" ]; }

systemctl start berth.service berth-guests.service
answers
"$root/vmctl" up "$root/docs/examples/hello.yaml"
guest=$(pid)
grep -E '^0::/machine.slice/berth-hello-[0-9a-f]+\.scope$' "/proc/$guest/cgroup"
step "a guest has a scope of its own"

systemctl restart berth.service
answers
is_running
step "a restart of the daemon's unit leaves it running"

systemctl stop berth.service
kill -0 "$guest"
[ "$(systemctl show -P Result berth.service)" = success ]
systemctl start berth.service
answers
is_running
step "so does a stop, which is no failure"

systemctl stop berth-guests.service
"$root/vmctl" show hello | grep -E 'shutoff \(shutdown\)'
! kill -0 "$guest"
step "stopping the guests' unit shuts it down"

systemctl start berth-guests.service
"$root/vmctl" up "$root/docs/examples/hello.yaml" # waits for the guest: one that boots does not hear
scope=$(systemctl list-units 'berth-hello-*.scope' --plain --no-legend --no-pager | cut -d ' ' -f 1)
[ -n "$scope" ]
systemctl start shutdown.target # which every unit is in conflict with, as when a machine goes down
[ "$(systemctl is-active "$scope" || true)" = inactive ]
[ "$(systemctl is-active berth.service || true)" = inactive ]
tail -n 1 "$work/berth-guests.log" | grep -x 'hello: shut down'
step "a machine that goes down asks its guest first"
EOF

unshare --mount --pid --fork --kill-child --uts --ipc --cgroup --mount-proc \
  /bin/bash "$root/.ci/systemd-check.sh" inside "$work" "$root" >"$work/systemd.log" 2>&1 &
systemd=$!
for ((tries = 0; tries < 900; tries++)); do # three minutes
  [ ! -e "$work/ended" ] && kill -0 "$systemd" 2>/dev/null || break
  sleep 0.2
done
if [ "$(cat "$work/ended" 2>/dev/null)" != 0 ]; then
  echo "FAILED: the units do not work under systemd $(systemctl --version | sed -n '1s/systemd //p')" >&2
  tail -n 25 "$work"/*.log >&2
  exit 1
fi
sed "s/^/systemd: /" "$work/steps"
