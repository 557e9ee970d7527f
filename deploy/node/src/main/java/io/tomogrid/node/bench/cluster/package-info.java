/** A cluster of several simulated hosts on one machine, each part a process of its own that can be killed or cut off. */
package io.tomogrid.node.bench.cluster;
