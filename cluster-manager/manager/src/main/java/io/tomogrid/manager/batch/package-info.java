/** Runs a protocol over many archived studies: throttled, by the way, and each study once. */
package io.tomogrid.manager.batch;
