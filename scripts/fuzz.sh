#!/usr/bin/env bash
# Runs the server's fuzz tests one after another, each for FUZZ_TIME, and prints their inputs and findings. Arguments
# select tests by a part of their names, such as RequestFieldsFuzz.
set -euo pipefail
cd "$(dirname "$0")/../api-server"

time=${FUZZ_TIME:-10m}
logs=target/fuzz
mkdir -p "$logs"
# Without Quarkus's JUnit listener, which needs an application.
classpath=target/test-classes:target/classes:$(sed 's|[^:]*/quarkus-junit/[^:]*:||' target/fuzz.classpath)
findings=0

tests() {
  (cd src/test/java && grep -rA1 --include='*Fuzz.java' '@FuzzTest' . |
    sed -n 's|^\./\(.*\)\.java-.* void \([A-Za-z0-9]*\)(.*|\1 \2|p' | tr / . | sort)
}

while read -r class method; do
  name=${class##*.}.$method
  if [ $# -gt 0 ] && ! grep -qF "$(printf '%s\n' "$@")" <<<"$name"; then
    continue
  fi
  log=$logs/$name.log
  # Little memory, to find inputs that exhaust it.
  if "$JAVA_HOME/bin/java" -Xmx512m -XX:+UseSerialGC -XX:+EnableDynamicAgentLoading --enable-native-access=ALL-UNNAMED \
      -Djava.util.logging.manager=org.jboss.logmanager.LogManager -cp "$classpath" com.code_intelligence.jazzer.Jazzer \
      --target_class="$class" --target_method="$method" --max_duration="$time" --reproducer_path="$logs" \
      -print_final_stats=1 </dev/null >"$log" 2>&1; then
    finding="no finding"
  else
    finding="A FINDING: api-server/$log"
    findings=$((findings + 1))
  fi
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  printf '%-70s %12s inputs, %s\n' "$name" "${inputs:-0}" "$finding"
done < <(tests)
[ "$findings" -eq 0 ]
