/** The objects that a processed study gives back to the PACS, PS3.3: SEG, SR TID 1500, secondary capture, PET and RWVM. */
package io.tomogrid.dicom.object;
