/** The command line, and the all-in-one node that wires the services of one machine together. */
package io.tomogrid.node;
