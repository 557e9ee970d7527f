/** Maximum-likelihood reconstruction of emission data. */
package io.tomogrid.engine.osem;
