/**
 * Where instances live: an append-only log of segment files on the Hadoop FileSystem API, acknowledged only when synced,
 * from which the index can always be rebuilt. The bytes are described in {@code docs/segment-format.md}.
 */
package io.tomogrid.archive;
