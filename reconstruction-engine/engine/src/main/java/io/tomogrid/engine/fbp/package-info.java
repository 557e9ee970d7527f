/** Filtered back projection of PET sinograms, for quality control. */
package io.tomogrid.engine.fbp;
