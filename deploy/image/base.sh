#!/bin/sh
# Makes a base for the image from Debian's packages alone, where no registry of images can be reached:
#   deploy/image/base.sh base.tar && podman import base.tar localhost/tomogrid-base
set -eu
[ $# = 1 ] || { echo "usage: $0 FILE.tar" >&2; exit 2; }
command -v mmdebstrap >/dev/null || { echo "$0: mmdebstrap is missing; run: apt-get install -y mmdebstrap" >&2; exit 1; }
exec mmdebstrap --quiet --variant=minbase --include=openjdk-17-jre-headless bookworm "$1"
