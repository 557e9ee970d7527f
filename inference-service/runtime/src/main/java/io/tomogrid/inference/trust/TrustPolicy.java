package io.tomogrid.inference.trust;

import io.tomogrid.inference.pack.ModelPackage;
import java.util.Set;

/**
 * Which model packages may serve.
 *
 * @param trusted digests that need no signature
 */
public record TrustPolicy(Set<String> trusted) {
    public TrustPolicy {
        trusted = Set.copyOf(trusted);
    }

    /** The policy of a node without a policy file: nothing but what comes with it. @param shipped their digests */
    public static TrustPolicy shipped(Set<String> shipped) {
        return new TrustPolicy(shipped);
    }

    public Verdict verify(ModelPackage model) {
        if (trusted.contains(model.digest())) {
            return new Verdict.Verified("its digest " + model.digest());
        }
        return new Verdict.Refused(
                model.name() + ":" + model.version() + " is not signed", "sign it with ./tomogrid models sign");
    }
}
