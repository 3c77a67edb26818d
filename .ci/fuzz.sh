#!/bin/bash
# fuzz.sh [codec|validator] [RUNS]: gives a fuzz target so many inputs (10 million) by Jazzer, which looks for
# those that reach new code, beginning with recorded messages. Fails when one does harm, and keeps it in
# target/fuzz. What it found to be worth trying is kept there, too, for the next run. Takes some ten minutes on a
# machine that has nothing else to do.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd -P)
. "$root/.ci/prerequisites.sh"

target=${1:-codec} runs=${2:-10000000}
case $target in
  codec) class=dev.berth.qmp.CodecFuzz ;;
  validator) class=dev.berth.schema.ValidatorFuzz ;;
  *)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
    exit 2
    ;;
esac

require_tools mvn:maven
require_jdk 17
cd "$root"
work=$root/target/fuzz
mkdir -p "$work/found/$target" "$work/harm"
echo "building (log: target/fuzz/build.log)" >&2
if ! JAVA_HOME=$jdk mvn -B -ntp -Pfuzz -DskipTests -Dmdep.outputFile="$work/classpath" -pl core -am \
  test-compile dependency:build-classpath >"$work/build.log" 2>&1; then
  grep '^\[ERROR\] .' "$work/build.log" >&2
  exit 1
fi
classpath=core/target/test-classes:core/target/classes:$(cat "$work/classpath")
"$jdk/bin/java" -cp "$classpath" dev.berth.testing.Fuzzing "$work/seeds/codec" "$work/seeds/validator"

# libFuzzer ends with what needs more than 20 s or 2 GiB in all.
exec "$jdk/bin/java" -Xmx512m -XX:+UseSerialGC -XX:-OmitStackTraceInFastThrow -cp "$classpath" \
  com.code_intelligence.jazzer.Jazzer --target_class="$class" \
  --instrumentation_includes='dev.berth.**' --reproducer_path="$work/harm" \
  -runs="$runs" -max_len=16384 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
  -artifact_prefix="$work/harm/" "$work/found/$target" "$work/seeds/$target"
