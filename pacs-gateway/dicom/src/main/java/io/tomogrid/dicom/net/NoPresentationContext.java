package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dictionary;
import java.io.IOException;

/** The peer accepted the association but not this SOP class in this transfer syntax. */
public final class NoPresentationContext extends IOException {
    private static final long serialVersionUID = 1;

    public NoPresentationContext(String sopClass, String transferSyntax) {
        super("the peer does not accept " + Dictionary.uidName(sopClass) + " in " + Dictionary.uidName(transferSyntax));
    }
}
