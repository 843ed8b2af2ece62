#!/bin/sh
# Starts the command in a container: PORT chooses the port, /fixtures and /scenarios are used if files are in them.
set -eu
# Kubernetes sets MOCKSERVER_PORT=tcp://... for a service called mockserver: that is no port to listen on
case "${MOCKSERVER_PORT:-}" in
  "" | *://*) export MOCKSERVER_PORT="${PORT:-8080}" ;;
esac
for what in fixtures scenarios; do
  name="MOCKSERVER_$(echo "$what" | tr '[:lower:]' '[:upper:]')"
  # what may not be listed is used too, so that the command says so instead of serving something else
  if [ -z "$(printenv "$name" || true)" ] && [ -n "$(ls -A "/$what" 2>&1)" ]; then
    export "$name=/$what"
  fi
done
exec mockserver "$@"
