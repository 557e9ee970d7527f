/** Makes a GPU's layout what is wanted, whole or not at all, and says who may. */
package io.tomogrid.slices.converge;
