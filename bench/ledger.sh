#!/usr/bin/env bash
# Measures the ledger beside the bare database driver; see --help.
set -euo pipefail
unset CDPATH
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
jdk=$("$root/build/jdk")
mvn -q -f "$root/pom.xml" -Dquick package -pl bench -am >&2
exec "$jdk/bin/java" -Xmx512m --enable-native-access=ALL-UNNAMED \
  -cp "$root/target/dist/lib/crossdock-bench.jar" io.crossdock.bench.ledger.LedgerBench "$@"
