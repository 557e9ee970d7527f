/** The DICOM JSON Model, PS3.18 annex F. */
package io.tomogrid.dicom.json;
