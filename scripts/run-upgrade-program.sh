#!/usr/bin/env bash
# Runs a program of scripts/upgrades/ with the classes of the built server and the scripted provider.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
app=$root/api-server/target/quarkus-app
# Java's HTTP client allows a Connection header only with this property.
exec "${JAVA_HOME:?}/bin/java" --sun-misc-unsafe-memory-access=allow \
  -Djdk.httpclient.allowRestrictedHeaders=connection \
  -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
  -cp "$app/app/*:$app/lib/boot/*:$app/lib/main/*:$root/scripted-provider/target/classes" \
  "$root/scripts/upgrades/$1.java" "${@:2}"
