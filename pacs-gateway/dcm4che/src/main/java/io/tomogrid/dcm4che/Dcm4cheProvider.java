package io.tomogrid.dcm4che;

import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.DimseProvider;
import io.tomogrid.dicom.net.DimseServer;
import io.tomogrid.dicom.net.DimseServerConfig;
import io.tomogrid.dicom.net.DimseServices;
import java.io.IOException;

/** DIMSE by dcm4che; found as a service. */
public final class Dcm4cheProvider implements DimseProvider {
    /** Greatest P-DATA-TF in either direction, as our own implementation has it. */
    static final int MAX_PDU = 256 << 10;

    @Override
    public String name() {
        return "dcm4che";
    }

    @Override
    public DimseServer start(DimseServerConfig config, DimseServices services) throws IOException {
        return Dcm4cheServer.start(config, services);
    }

    @Override
    public Association open(AssociationRequest request) throws IOException {
        return Dcm4cheAssociation.open(request);
    }
}
