/** How much will be asked for in the next hours, what that foresight is worth, and slices cut ahead of it. */
package io.tomogrid.manager.forecast;
