#!/usr/bin/env bash
# Measures the hub beside a plain gRPC server and beside proxies; see --help and docs/performance.md.
set -euo pipefail
unset CDPATH
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
jdk=$("$root/build/jdk")
mvn -q -f "$root/pom.xml" -Dquick package -pl bench,hub/app -am >&2
exec "$jdk/bin/java" -Xmx256m --enable-native-access=ALL-UNNAMED "-Dcrossdock.home=$root" \
  -jar "$root/target/dist/lib/crossdock-bench.jar" "$@"
