/** The protocol {@code ct-fbp}: from CT projections in the archive to a CT series in Hounsfield units. */
package io.tomogrid.sparkjob.ct;
