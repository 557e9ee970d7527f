/** The DICOM standard in Java: data sets, their dictionary and encodings (PS3.5, PS3.6) and files (PS3.10). */
package io.tomogrid.dicom;
