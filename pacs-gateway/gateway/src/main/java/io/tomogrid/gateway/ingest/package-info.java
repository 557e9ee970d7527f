/** Storage SCP: what comes in, what becomes of it and what the sender is answered. */
package io.tomogrid.gateway.ingest;
