/** Reads the archive through in the background and tells which instances no longer have the bytes that came. */
package io.tomogrid.gateway.integrity;
