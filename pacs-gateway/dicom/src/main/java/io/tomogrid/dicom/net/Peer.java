package io.tomogrid.dicom.net;

import java.net.InetAddress;

/** The two ends of an association. @param address of the other end */
record Peer(String callingAe, String calledAe, InetAddress address) {}
