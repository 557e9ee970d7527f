/** Storage commitment as provider: what is asked for is verified in the archive, byte for byte, and reported. */
package io.tomogrid.gateway.commitment;
