/** PETSIRD list-mode data of the ETSI initiative, in the binary encoding of yardl: reading, and writing of what is generated. */
package io.tomogrid.imaging.petsird;
