/** The DICOM upper layer (PS3.8) and the DIMSE services C-ECHO and C-STORE (PS3.7), as server and as client. */
package io.tomogrid.dicom.net;
