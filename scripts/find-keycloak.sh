#!/usr/bin/env bash
# Prints the home of a Keycloak for the tests of sign-in: KEYCLOAK_HOME, or the distribution of Maven Central, which it unpacks
# into target/ and configures for a database in memory, so that it starts in seconds.
set -euo pipefail

version=26.5.5
root="$(cd "$(dirname "$0")/.." && pwd)"
home="$root/target/keycloak-$version"

if [[ -n "${KEYCLOAK_HOME:-}" ]]; then
    if [[ -f "$KEYCLOAK_HOME/bin/kc.sh" ]]; then
        echo "$KEYCLOAK_HOME"
        exit
    fi
elif [[ -f "$home/bin/kc.sh" ]]; then
    echo "$home"
    exit
elif JAVA_HOME="$("$root/scripts/find-jdk.sh")"; then
    export JAVA_HOME
    # Complete or absent, also if this script is interrupted or runs twice.
    unpacked="$home.$$"
    if {
        "$root/mvnw" -B -ntp -q -N -f "$root/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.11.0:unpack \
            -Dartifact="org.keycloak:keycloak-quarkus-dist:$version:zip" -DoutputDirectory="$unpacked" &&
            bash "$unpacked/keycloak-$version/bin/kc.sh" build --db=dev-mem --cache=local
    } >&2; then
        mv -T "$unpacked/keycloak-$version" "$home" 2>/dev/null || [[ -f "$home/bin/kc.sh" ]]
        rm -rf "$unpacked"
        echo "$home"
        exit
    fi
    rm -rf "$unpacked"
fi
echo "The tests of sign-in need Keycloak: allow Maven to download org.keycloak:keycloak-quarkus-dist, or set KEYCLOAK_HOME to an unpacked distribution (https://www.keycloak.org/downloads)." >&2
exit 1
