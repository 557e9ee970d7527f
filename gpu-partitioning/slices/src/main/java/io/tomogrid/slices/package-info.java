/** Slices of GPUs: what there is, what is legal, who holds what. Keyed by NVML enums and placements, never by names. */
package io.tomogrid.slices;
