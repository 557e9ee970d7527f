/** Whose turn it is: the order of the jobs that wait, what their sites may have, and whose work makes room. Pure functions. */
package io.tomogrid.manager.queue;
