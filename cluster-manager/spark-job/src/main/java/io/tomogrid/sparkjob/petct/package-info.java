/** The protocol {@code petct-standard}: from the archived images of a PET-CT study to its result objects. */
package io.tomogrid.sparkjob.petct;
