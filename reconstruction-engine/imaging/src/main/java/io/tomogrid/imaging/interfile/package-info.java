/** Projection data in Interfile as STIR writes it: a header of keys and sinograms. */
package io.tomogrid.imaging.interfile;
