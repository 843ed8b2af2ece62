#!/bin/sh
# Starts the command in a container: PORT chooses the port, /fixtures and /scenarios are used if files are in them.
set -eu
: "${MOCKSERVER_PORT:=${PORT:-8080}}"
export MOCKSERVER_PORT
for what in fixtures scenarios; do
  name="MOCKSERVER_$(echo "$what" | tr '[:lower:]' '[:upper:]')"
  if [ -z "$(printenv "$name" || true)" ] && [ -n "$(ls -A "/$what" 2>/dev/null)" ]; then
    export "$name=/$what"
  fi
done
exec mockserver "$@"
