/** From stored 2D slices to a volume: sorted by position, rescaled slice by slice, every oddity named. */
package io.tomogrid.imaging.assembly;
