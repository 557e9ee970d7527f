/** What other tools write and read of how GPUs are cut. */
package io.tomogrid.slices.interop;
