package io.tomogrid.dicom.net;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * The DIMSE port: what speaks PS3.7 and PS3.8 for us. Our own implementation does unless the system property
 * {@value #PROPERTY} names another one, which is found as a service on the class path.
 */
public interface DimseProvider {
    String PROPERTY = "tomogrid.dimse.provider";

    /** What the property says to choose it. */
    String name();

    /** @throws IOException if the port cannot be had; names it */
    DimseServer start(DimseServerConfig config, DimseServices services) throws IOException;

    /**
     * @throws AssociationRejected if the peer refuses
     * @throws IOException if it cannot be reached
     */
    Association open(AssociationRequest request) throws IOException;

    /** Our own. */
    static DimseProvider builtIn() {
        return new BuiltInProvider();
    }

    /** @throws IllegalStateException if there is none of the name that is chosen; names those that there are */
    static DimseProvider chosen() {
        String name = System.getProperty(PROPERTY, BuiltInProvider.NAME);
        List<String> names = new ArrayList<>(List.of(BuiltInProvider.NAME));
        if (name.equals(BuiltInProvider.NAME)) {
            return builtIn();
        }
        for (DimseProvider provider : ServiceLoader.load(DimseProvider.class, DimseProvider.class.getClassLoader())) {
            if (provider.name().equals(name)) {
                return provider;
            }
            names.add(provider.name());
        }
        throw new IllegalStateException("there is no DIMSE provider " + name + " on the class path; set " + PROPERTY
                + " to one of " + names + ", or build with the Maven profile of that name");
    }
}
