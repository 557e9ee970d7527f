/** The protocol {@code pet-osem}: from raw PET data in the archive to a PET series in Bq/ml. */
package io.tomogrid.sparkjob.osem;
