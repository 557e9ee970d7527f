/** Reconstruction of a folder of CT projections by the command line, with the engine that the node's jobs run. */
package io.tomogrid.node.reconstruct;
