package io.tomogrid.dicom.net;

import java.io.IOException;

/** DIMSE as this module speaks it itself. */
final class BuiltInProvider implements DimseProvider {
    static final String NAME = "built-in";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public DimseServer start(DimseServerConfig config, DimseServices services) throws IOException {
        return BuiltInServer.start(config, services);
    }

    @Override
    public Association open(AssociationRequest request) throws IOException {
        return BuiltInAssociation.open(request);
    }
}
