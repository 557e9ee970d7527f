package io.tomogrid.dicom.net;

/**
 * SCP/SCU role selection of one SOP class, PS3.7 section D.3.3.4: what the requestor of the association is.
 *
 * @param scu whether the requestor is (proposal) or may be (answer) a user of the class
 * @param scp whether it is or may be a provider
 */
public record RoleSelection(String sopClass, boolean scu, boolean scp) {}
