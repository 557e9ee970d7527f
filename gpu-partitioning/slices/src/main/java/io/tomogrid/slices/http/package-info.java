/** JSON over HTTP on loopback behind a token, for the processes that have no Spring. */
package io.tomogrid.slices.http;
