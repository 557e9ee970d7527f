#!/bin/sh
# Makes SPARK_HOME/classes.jsa, an archive of Spark's classes as Java has parsed them (application class-data sharing), from
# what a rehearsal loads. Half of what the start of a driver or an executor costs is saved by it. It holds for this Java and
# these jars at this place; to any other Java it is as if it were not there.
# usage: share-classes.sh SPARK_HOME [JAVA]
set -eu
home=$(cd "$1" && pwd)
java=${2:-java}
rm -f "$home/classes.jsa"
work=$(mktemp -d)
trap 'rm -rf "$work" "$home/work"' EXIT
# as Spark's launcher puts an executor's together; a folder that has files in it would not be archived
path=$home/none:$(echo "$home"/jars/slf4j-api-*.jar):$home/jars/*
export SPARK_HOME="$home" SPARK_CONF_DIR="$home/none" SPARK_SCALA_VERSION=2.13 SPARK_LOCAL_IP=127.0.0.1
"$java" -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.io.tmpdir="$work" \
  -Dlog4j2.configurationFile="$home/conf/log4j2.properties" \
  -XX:DumpLoadedClassList="$work/driver.list" -cp "$path" io.tomogrid.sparkjob.Rehearsal "$work/executor.list" "$work" >&2
# without the classes of loaders other than the usual ones, whose numbers hold for one process
cat "$work/driver.list" "$work/executor.list" | grep -v ' source: ' | sed 's/ id: .*//' | awk '!seen[$0]++' >"$work/all.list"
"$java" -Xmx512m -Xshare:dump -XX:SharedClassListFile="$work/all.list" -XX:SharedArchiveFile="$work/classes.jsa" \
  -Xlog:cds=off -Xlog:cds*=off -cp "$path" >&2
mv "$work/classes.jsa" "$home/classes.jsa"
