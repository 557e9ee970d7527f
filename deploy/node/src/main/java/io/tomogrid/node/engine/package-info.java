/** Spark clusters that are not ours: whether this node can use one, and the configuration for those that it cannot start. */
package io.tomogrid.node.engine;
