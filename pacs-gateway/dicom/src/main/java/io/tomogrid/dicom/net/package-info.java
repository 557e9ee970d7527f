/** The DICOM upper layer (PS3.8) and the DIMSE services (PS3.7) of storage, query, retrieve and commitment, as server and as client. */
package io.tomogrid.dicom.net;
