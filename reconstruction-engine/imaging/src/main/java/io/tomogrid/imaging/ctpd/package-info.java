/** DICOM-CT-PD: projections of a clinical CT as DICOM instances, one for each view (Chen et al., Med. Phys. 42, 2015). */
package io.tomogrid.imaging.ctpd;
