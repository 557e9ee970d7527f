/** The reference workload and trace replay, placed by the live planner and by the rules that others use. */
package io.tomogrid.slices.simulation;
