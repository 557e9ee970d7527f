/** A model as an artifact: its card and contract, its package, the store of packages, and what other conventions bring. */
package io.tomogrid.inference.pack;
