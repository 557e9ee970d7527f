/** Raw PET acquisitions: the scanner's geometry, sinograms, their open file format, and phantoms whose line integrals are known. */
package io.tomogrid.imaging.pet;
