/** The algorithms that work on volumes, and the one place where they are spread over threads. */
package io.tomogrid.engine;
