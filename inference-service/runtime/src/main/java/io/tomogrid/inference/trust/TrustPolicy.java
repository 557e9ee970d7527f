package io.tomogrid.inference.trust;

import io.tomogrid.inference.oci.Digest;
import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import io.tomogrid.inference.oci.Signatures;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which model packages may serve: those that come with Tomogrid, those whose digest is pinned, and those that one of the
 * keys has signed, as far as the gate lets their parts through. The file {@code trust.json} states it.
 *
 * @param keys who may sign, by name @param pins digests by model name; a model that has any serves no other, and these
 *     need no signature
 * @param shipped digests of what comes with Tomogrid, which needs neither signature nor bill of materials
 */
public record TrustPolicy(
        Map<String, PublicKey> keys, Map<String, Set<String>> pins, Set<String> shipped, VulnerabilityGate gate) {
    /** Its name in the folder of a node. */
    public static final String FILE = "trust.json";

    public TrustPolicy {
        keys = Map.copyOf(keys);
        pins = Map.copyOf(pins);
        shipped = Set.copyOf(shipped);
    }

    /** The policy of a node without a policy file: nothing but what comes with it. @param shipped digests of that */
    public static TrustPolicy shipped(Set<String> shipped) {
        return new TrustPolicy(Map.of(), Map.of(), shipped, VulnerabilityGate.OPEN);
    }

    /**
     * @param shipped digests of what comes with Tomogrid
     * @throws ModelException naming what in the file is missing or wrong; file names in it are relative to its folder
     */
    public static TrustPolicy read(Path file, Set<String> shipped) throws ModelException {
        try {
            Document policy = Document.read(file);
            if (policy.whole("format-version") != 1) {
                throw policy.wrong("format-version", "1");
            }
            Path folder = file.toAbsolutePath().getParent();
            Map<String, PublicKey> keys = new LinkedHashMap<>();
            for (Document key : policy.objects("keys")) {
                keys.put(key.text("name"), Keys.publicKey(folder.resolve(key.text("file"))));
            }
            return new TrustPolicy(keys, pins(policy), shipped, gate(policy, folder));
        } catch (IOException e) {
            throw new ModelException("the trust policy cannot be read: " + e.getMessage(), e);
        }
    }

    private static Map<String, Set<String>> pins(Document policy) throws OciException {
        Map<String, Set<String>> pins = new HashMap<>();
        if (policy.has("pins")) {
            Document byName = policy.object("pins");
            for (Object name : byName.fields().keySet()) {
                List<String> digests = byName.texts((String) name);
                for (String digest : digests) {
                    Digest.parse(digest);
                }
                pins.put((String) name, Set.copyOf(digests));
            }
        }
        return pins;
    }

    private static VulnerabilityGate gate(Document policy, Path folder) throws IOException {
        Optional<Document> rules = policy.optional("vulnerabilities");
        if (rules.isEmpty()) {
            return VulnerabilityGate.OPEN;
        }
        Document rule = rules.get();
        String from = rule.text("refuse-from", "");
        if (!List.of("", "low", "medium", "high", "critical").contains(from)) {
            throw rule.wrong("refuse-from", "low, medium, high or critical");
        }
        return new VulnerabilityGate(
                rule.flag("sbom-required", false),
                from.isEmpty() ? Optional.empty() : Optional.of(Sbom.Severity.of(from)),
                rule.has("advisories") ? Advisories.read(folder.resolve(rule.text("advisories"))) : Advisories.none(),
                Set.copyOf(rule.texts("accepted")));
    }

    /** Judges a package that was opened; never throws for what the package brings. */
    public Verdict verify(ModelPackage model) {
        if (shipped.contains(model.digest())) {
            return new Verdict.Verified("it comes with Tomogrid");
        }
        try {
            Verdict maker = maker(model);
            if (maker instanceof Verdict.Verified) {
                return gate.judge(model).map(Verdict.class::cast).orElse(maker);
            }
            return maker;
        } catch (IOException | ModelException e) {
            return new Verdict.Refused(
                    model.name() + ":" + model.version() + " cannot be verified: " + e.getMessage(),
                    "have its maker pack and sign it again");
        }
    }

    private Verdict maker(ModelPackage model) throws IOException {
        String reference = model.name() + ":" + model.version();
        Set<String> pinned = pins.get(model.name());
        if (pinned != null) {
            return pinned.contains(model.digest())
                    ? new Verdict.Verified("its digest is pinned")
                    : new Verdict.Refused(
                            reference + " is " + model.digest() + ", but " + model.name() + " is pinned to " + pinned,
                            "take a pinned one, or add this digest to pins in " + FILE);
        }
        Digest digest = Digest.parse(model.digest());
        for (Map.Entry<String, PublicKey> key : keys.entrySet()) {
            if (Signatures.by(model.layout(), digest, key.getValue())) {
                return new Verdict.Verified("signed by " + key.getKey());
            }
        }
        int signatures = Signatures.count(model.layout(), digest);
        if (signatures == 0) {
            return new Verdict.Refused(
                    reference + " is not signed",
                    "have it signed with ./tomogrid models sign --key FILE by one of " + keys.keySet()
                            + ", or pin its digest in " + FILE);
        }
        return new Verdict.Refused(
                reference + " has " + signatures + " signatures, none by a key of the trust policy, " + keys.keySet(),
                "add its signer's public key to keys in " + FILE + " if you trust it");
    }
}
