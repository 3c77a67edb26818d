# What the scripts of this project need from the machine. Sourced by POSIX shells; defines nothing but
# the functions below and what their comments name.

# require_tools COMMAND:PACKAGE...: makes sure that each command is there, or each file where it is an
# absolute path. Installs the Debian packages of missing ones when root; else says how to, and fails.
require_tools() {
  missing=
  for tool; do
    case $tool in
      /*) [ -e "${tool%%:*}" ] ;;
      *) command -v "${tool%%:*}" >/dev/null 2>&1 ;;
    esac || missing="$missing ${tool#*:}"
  done
  [ -z "$missing" ] || install_packages $missing
}

# require_jdk FEATURE [exactly]: find_jdk, installing Debian's JDK 17 when none will do.
require_jdk() {
  find_jdk "$@" || { install_packages openjdk-17-jdk-headless && find_jdk "$@"; }
}

install_packages() {
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing: what these Debian packages contain: $*. There is no apt-get here to install them." >&2
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "Missing Debian packages. As root: apt-get install --no-install-recommends $*" >&2
    return 1
  fi
  echo "installing $*" >&2
  apt_install "$@" 2>/dev/null && return
  apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 && apt_install "$@"
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    install -y --no-install-recommends "$@" >/dev/null
}

# find_jdk FEATURE [exactly]: sets `jdk` to the home of a JDK of at least (or exactly) this feature
# release, and fails when there is none. BERTH_JAVA and then JAVA_HOME come first when they will do;
# of the rest the oldest: it starts vmctl as fast as newer ones, and is what Berth is built for.
find_jdk() {
  for jdk in "${BERTH_JAVA:-}" "${JAVA_HOME:-}"; do
    ! is_jdk "$jdk" "$@" || return 0
  done
  oldest= oldest_feature=
  for jdk in /usr/lib/jvm/*; do
    is_jdk "$jdk" "$@" || continue
    if [ -z "$oldest" ] || [ "$candidate_feature" -lt "$oldest_feature" ]; then
      oldest=$jdk oldest_feature=$candidate_feature
    fi
  done
  jdk=$oldest
  [ -n "$jdk" ]
}

# is_jdk HOME FEATURE [exactly]: also sets `candidate_feature` to its feature release.
is_jdk() {
  [ -x "$1/bin/javac" ] && read_jdk_version "$1" || return
  candidate_feature=${jdk_version%%[.+-]*}
  if [ "${3:-}" = exactly ]; then [ "$candidate_feature" -eq "$2" ]; else [ "$candidate_feature" -ge "$2" ]; fi
}

# read_jdk_version HOME: sets `jdk_version` to the exact build, such as 17.0.15+6-Debian-1deb12u1.
read_jdk_version() {
  jdk_version=
  [ -r "$1/release" ] || return
  while IFS='"' read -r key value _; do
    case $key in
      JAVA_VERSION=) jdk_version=$value ;;
      JAVA_RUNTIME_VERSION=)
        jdk_version=$value
        break # the rest is long, and a shell reads it byte by byte
        ;;
    esac
  done <"$1/release"
  [ -n "$jdk_version" ]
}
