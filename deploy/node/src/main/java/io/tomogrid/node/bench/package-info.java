/** Measures what the documents state, and writes the tables that they quote. */
package io.tomogrid.node.bench;
