/** Volumes brought onto other grids of the same frame of reference. */
package io.tomogrid.engine.resample;
