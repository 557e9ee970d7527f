/** How much device memory a study needs, learned from those before it. Pure functions. */
package io.tomogrid.manager.sizing;
