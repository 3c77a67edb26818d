#!/bin/bash
# check.sh [QEMU]: boots the example guest twice under QEMU (qemu-system-x86_64) and checks every
# promise of README.md. Each wait has a deadline; nothing is left behind.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
qemu=${1:-qemu-system-x86_64}
deadline=60 # seconds for any one wait; only a guest that will never answer needs so long
pid=
dir=$(mktemp -d)
cleanup() {
  [ -z "$pid" ] || { kill -9 "$pid" && wait "$pid"; } 2>/dev/null || true
  rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() {
  echo "FAILED: $*" >&2
  sed 's/^/  qemu: /' "$dir/stderr" >&2
  tail -n 20 "$dir/console.log" 2>/dev/null | sed 's/^/  console: /' >&2
  exit 1
}
passed() { printf '%6.2f s  %s\n' "$(((${EPOCHREALTIME/./} - started) / 10000))e-2" "$*"; }

# channel NAME: a pipe pair for a QEMU chardev; both ends stay open, so no open blocks.
channel() {
  rm -f "$dir/$1".{in,out}
  mkfifo "$dir/$1".{in,out}
}

# boot KERNEL-SWITCHES [QEMU-ARGUMENT...]: starts QEMU with console, QMP and agent channels.
boot() {
  local cmdline=$1 name
  shift
  for name in console qmp agent; do channel "$name"; done
  exec {console}<>"$dir/console.out" {type}<>"$dir/console.in" \
    {events}<>"$dir/qmp.out" {monitor}<>"$dir/qmp.in" \
    {answers}<>"$dir/agent.out" {agent}<>"$dir/agent.in"
  started=${EPOCHREALTIME/./}
  "$qemu" -nodefaults -display none -no-user-config -cpu max -m 256 -accel tcg,tb-size=64 \
    -kernel "$here/out/vmlinux" -initrd "$here/out/initrd-agent.img" \
    -append "console=ttyS0 quiet cryptomgr.notests $cmdline" \
    -chardev pipe,id=console,path="$dir/console",logfile="$dir/console.log" -serial chardev:console \
    -chardev pipe,id=qmp,path="$dir/qmp" -mon chardev=qmp,mode=control \
    -device virtio-serial -chardev pipe,id=agent,path="$dir/agent" \
    -device virtserialport,chardev=agent,name=org.qemu.guest_agent.0 \
    "$@" </dev/null >"$dir/stderr" 2>&1 &
  pid=$!
  await "$events" '*"QMP"*'
  qmp '{"execute": "qmp_capabilities"}'
}

# await FD PATTERN: reads lines until one matches the glob PATTERN; it is left in $line.
await() {
  local end=$((SECONDS + deadline)) part= status
  while [ "$SECONDS" -lt "$end" ]; do
    status=0
    IFS= read -r -t 1 -u "$1" line || status=$?
    if [ "$status" = 0 ]; then
      line=$part${line%$'\r'} part=
      # shellcheck disable=SC2053  # a glob on purpose
      [[ $line != $2 ]] || return 0
    elif [ "$status" -le 128 ]; then # no timeout: its other end is closed
      fail "the channel ended before a line like '$2'"
    else
      part+=$line
      kill -0 "$pid" 2>/dev/null || fail "QEMU ended before a line like '$2'"
    fi
  done
  fail "no line like '$2' within $deadline s"
}
qmp() {
  echo "$1" >&"$monitor"
  await "$events" '*"return"*'
}
enter() { echo "$1" >&"$type"; }

# ended: QEMU's own exit is the end of the boot; then its channels are closed.
ended() {
  local code=0 fd
  wait "$pid" || code=$?
  pid=
  [ "$code" = 0 ] || fail "QEMU ended with exit code $code"
  for fd in "$console" "$type" "$events" "$monitor" "$answers" "$agent"; do exec {fd}>&-; done
}

heartbeats_are_contiguous() {
  local n
  await "$console" 'HEARTBEAT *'
  n=${line#HEARTBEAT }
  for ((n = ${n%% *} + 1; n <= 20; n++)); do
    await "$console" 'HEARTBEAT *'
    [[ $line == "HEARTBEAT $n "* ]] || fail "expected HEARTBEAT $n, got: $line"
  done
  passed "heartbeat: 20 without a gap"
}

# forward_to PORT: the host's port, from the answer to `info usernet` in $line
forward_to() {
  sed 's/\\r\\n/\n/g' <<<"$line" | awk -v port="$1" '/HOST_FORWARD/ && $6 == port { print $4 }' \
    | grep . || fail "no host port is forwarded to $1: $line"
}

forwards_answer() {
  local http echo socket answer
  qmp '{"execute": "human-monitor-command", "arguments": {"command-line": "info usernet"}}'
  http=$(forward_to 80)
  echo=$(forward_to 7)
  exec {socket}<>"/dev/tcp/127.0.0.1/$http"
  printf 'GET / HTTP/1.0\r\n\r\n' >&"$socket"
  await "$socket" 'Hello from the Berth guest'
  exec {socket}>&-
  exec {socket}<>"/dev/tcp/127.0.0.1/$echo"
  answer="echo $RANDOM"
  echo "$answer" >&"$socket"
  await "$socket" "$answer"
  exec {socket}>&-
  passed "network: DHCP, HTTP and echo through forwarded ports"
}

agent_answers() {
  echo '{"execute": "guest-info"}' >&"$agent"
  await "$answers" '*guest-fsfreeze-freeze*'
  passed "agent: answers"
}

power_button_is_obeyed() {
  qmp '{"execute": "system_powerdown"}'
  await "$console" 'POWER-BUTTON'
  await "$console" 'GUEST-DOWN poweroff'
  await "$events" '*"SHUTDOWN"*'
  [[ $line == *'"guest": true'* && $line == *'"guest-shutdown"'* ]] || fail "odd shutdown: $line"
  ended
  passed "power button: clean power-off"
}

power_button_is_ignored() {
  qmp '{"execute": "system_powerdown"}'
  await "$console" 'POWER-BUTTON ignored'
  qmp '{"execute": "query-status"}'
  [[ $line == *'"running"'* ]] || fail "a deaf guest obeyed: $line"
  passed "power button: ignored by a deaf guest"
}

writer_survives_verification() {
  local block round last
  enter 'writer /dev/vda 16 &'
  await "$console" 'WROTE 20'
  enter 'kill $!; wait $!; echo WRITER-STOPPED'
  last=20
  while [ "$line" != WRITER-STOPPED ]; do
    [[ $line != WROTE\ * ]] || last=${line#WROTE }
    await "$console" '*'
  done
  for ((block = 0; block < 16; block++)); do
    read -r _ _ _ round < <(tail -c "+$((block * 65536 + 1))" "$dir/disk" | head -n 1)
    ((round * 16 + block + 16 > last)) || fail "block $block is of round $round, yet $last is flushed"
    cmp -s <(yes "block $block round $round" | head -c 65536) \
      <(tail -c "+$((block * 65536 + 1))" "$dir/disk" | head -c 65536) \
      || fail "block $block of the disk is not what the guest wrote"
  done
  passed "writer: all blocks up to $last verify on the host"
}

reboot_is_a_new_boot() {
  local before=$1
  enter reboot
  await "$console" 'GUEST-DOWN reboot'
  await "$console" '*GUEST-UP *'
  [ "${line##*boot }" != "$before" ] || fail "the boot id did not change: $line"
  passed "reboot: GUEST-UP again, with another boot id"
}

panic_is_reported() {
  enter panic
  await "$console" '*GUEST-DOWN panic'
  await "$events" '*"GUEST_PANICKED"*'
  passed "panic: GUEST_PANICKED"
  qmp '{"execute": "quit"}'
  ended
}

"$here/build.sh"
version=$("$qemu" --version | head -n 1)
echo "$version"
machine=q35,sata=off
# QEMU 5.2's SeaBIOS hangs when a q35 machine is reset under TCG.
[[ $version != *' 5.2.'* ]] || machine=pc

boot 'g.run=heartbeat g.ip=dhcp' -machine "$machine" -device virtio-net,netdev=net \
  -netdev user,id=net,hostfwd=tcp:127.0.0.1:0-:80,hostfwd=tcp:127.0.0.1:0-:7
await "$console" '*GUEST-UP *'
passed "boot: $line"
await "$console" 'SERVING 7 80'
forwards_answer
heartbeats_are_contiguous
agent_answers
power_button_is_obeyed

truncate -s 4M "$dir/disk"
boot g.deaf -machine "$machine" -device pvpanic -no-shutdown \
  -drive "if=none,id=disk,format=raw,file=$dir/disk" -device virtio-blk,drive=disk
await "$console" '*GUEST-UP *'
first=${line##*boot }
power_button_is_ignored
writer_survives_verification
reboot_is_a_new_boot "$first"
panic_is_reported
