package io.tomogrid.inference.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.inference.oci.Digest;
import io.tomogrid.inference.oci.Signatures;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.pack.TestModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MOD-07 and MOD-08. */
class TrustPolicyTest {
    private static final String CYCLONEDX = """
            {"bomFormat": "CycloneDX", "specVersion": "1.6",
             "components": [{"type": "library", "name": "torch", "version": "2.5.1", "purl": "pkg:pypi/torch@2.5.1"}],
             "vulnerabilities": [%s]}""";
    private static final String SPDX = """
            {"spdxVersion": "SPDX-2.3", "packages": [{"name": "torch", "versionInfo": "2.5.1", "externalRefs":
              [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:pypi/torch@2.5.1"}]}]}""";
    private static final String OSV = """
            {"id": "GHSA-53q9-r3pm-6pq6", "aliases": ["CVE-2025-32434"], "database_specific": {"severity": "CRITICAL"},
             "affected": [{"package": {"ecosystem": "PyPI", "name": "torch"},
               "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.6.0"}]}]}]}""";

    @TempDir
    Path folder;

    private ModelStore store;
    private KeyPair keys;
    private Path publicKey;

    @BeforeEach
    void keys() throws Exception {
        store = ModelStore.at(folder.resolve("store"));
        keys = Keys.generate();
        publicKey = Files.writeString(folder.resolve("hospital.pub"), Keys.pem(keys.getPublic()));
    }

    @Test
    void a_package_that_a_trusted_key_signed_may_serve() throws Exception {
        ModelPackage model = signed(Map.of());
        assertThat(policy("").verify(model)).isEqualTo(new Verdict.Verified("signed by hospital"));
        Signatures.sign(
                store.layout(),
                Digest.parse(model.digest()),
                "x",
                Keys.generate().getPrivate());
        assertThat(policy("").verify(model)).isEqualTo(new Verdict.Verified("signed by hospital"));
    }

    @Test
    void an_unsigned_package_and_an_unknown_signer_are_refused_with_the_next_step() throws Exception {
        ModelPackage model = store.put(TestModels.source(folder, "1.0.0", Map.of()));
        assertThat(policy("").verify(model).toString()).contains("lesion:1.0.0 is not signed", "models sign");
        Signatures.sign(
                store.layout(),
                Digest.parse(model.digest()),
                "x",
                Keys.generate().getPrivate());
        assertThat(policy("").verify(model).toString())
                .contains("none by a key of the trust policy, [hospital]", "add its signer's public key");
        assertThat(TrustPolicy.shipped(Set.of()).verify(model)).isInstanceOf(Verdict.Refused.class);
        assertThat(TrustPolicy.shipped(Set.of(model.digest())).verify(model)).isInstanceOf(Verdict.Verified.class);
    }

    /** A good signature of one package, laid under the tag of another. */
    @Test
    void a_signature_over_another_package_does_not_count() throws Exception {
        ModelPackage good = signed(Map.of());
        ModelPackage bad = store.put(TestModels.source(folder, "6.6.6", Map.of()));
        Path index = folder.resolve("store/index.json");
        Files.writeString(
                index,
                Files.readString(index)
                        .replace(
                                Digest.parse(good.digest()).signatureTag(),
                                Digest.parse(bad.digest()).signatureTag()));
        assertThat(Signatures.count(store.layout(), Digest.parse(bad.digest()))).isEqualTo(1);
        assertThat(policy("").verify(bad)).isInstanceOf(Verdict.Refused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "AAAA", "MEUCIQ=="})
    void a_signature_that_is_none_is_refused(String signature) throws Exception {
        ModelPackage model = signed(Map.of());
        Digest digest = Digest.parse(model.digest());
        var entry = store.layout().find(digest.signatureTag()).orElseThrow();
        var manifest = store.layout().manifest(entry);
        var layer = manifest.layers().get(0).with("dev.cosignproject.cosign/signature", signature);
        try (var staging = store.layout().stage()) {
            byte[] bytes =
                    new io.tomogrid.inference.oci.Manifest("", manifest.config(), List.of(layer), Map.of()).toBytes();
            staging.commit(List.of(staging.add(entry.mediaType(), bytes, entry.annotations())));
        }
        assertThat(policy("").verify(model)).isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void a_pinned_model_serves_that_digest_only_and_needs_no_signature() throws Exception {
        ModelPackage pinned = store.put(TestModels.source(folder, "1.0.0", Map.of()));
        ModelPackage other = signed(Map.of("README.md", new byte[1]));
        TrustPolicy policy = policy(", \"pins\": {\"lesion\": [\"" + pinned.digest() + "\"]}");
        assertThat(policy.verify(pinned)).isEqualTo(new Verdict.Verified("its digest is pinned"));
        assertThat(policy.verify(other).toString())
                .contains("lesion is pinned to", pinned.digest(), "pins in trust.json");
    }

    /** openssl, which is what cosign's own format rests on, takes the signature with the payload. */
    @Test
    void openssl_verifies_the_signature() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
        ModelPackage model = signed(Map.of());
        Digest digest = Digest.parse(model.digest());
        var layer = store.layout()
                .manifest(store.layout().find(digest.signatureTag()).orElseThrow())
                .layers()
                .get(0);
        Path payload = store.layout().blob(layer);
        Path signature = Files.write(
                folder.resolve("signature"),
                Base64.getDecoder()
                        .decode(layer.annotation("dev.cosignproject.cosign/signature")
                                .orElseThrow()));
        assertThat(Files.readString(payload))
                .isEqualTo(
                        "{\"critical\":{\"identity\":{\"docker-reference\":\"x\"},\"image\":{\"docker-manifest-digest\":\""
                                + digest + "\"},\"type\":\"cosign container image signature\"}}");
        Process openssl = new ProcessBuilder(
                        "openssl",
                        "dgst",
                        "-sha256",
                        "-verify",
                        publicKey.toString(),
                        "-signature",
                        signature.toString(),
                        payload.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("Verified OK");
        assertThat(openssl.waitFor()).isZero();
    }

    /** Keys that openssl makes sign and verify here. */
    @Test
    void keys_of_openssl_are_taken() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
        Path secret = folder.resolve("o.key");
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", secret.toString());
        run("openssl", "pkey", "-in", secret.toString(), "-pubout", "-out", publicKey.toString());
        ModelPackage model = store.put(TestModels.source(folder, "1.0.0", Map.of()));
        Signatures.sign(store.layout(), Digest.parse(model.digest()), "x", Keys.privateKey(secret));
        assertThat(policy("").verify(model)).isInstanceOf(Verdict.Verified.class);
        Path curve = folder.resolve("p384.key");
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", curve.toString());
        assertThatThrownBy(() -> Keys.privateKey(curve)).hasMessageContaining("P-256");
        assertThatThrownBy(() -> Keys.privateKey(publicKey)).hasMessageContaining("BEGIN PRIVATE KEY");
    }

    @Test
    void a_policy_may_require_a_bill_of_materials() throws Exception {
        TrustPolicy policy = policy(", \"vulnerabilities\": {\"sbom-required\": true}");
        assertThat(policy.verify(signed(Map.of())).toString()).contains("no bill of materials", "sbom.cdx.json");
        ModelPackage with = signed(Map.of("sbom.spdx.json", bytes(SPDX), "README.md", new byte[1]));
        assertThat(policy.verify(with)).isInstanceOf(Verdict.Verified.class);
        ModelPackage broken = signed(Map.of("sbom.cdx.json", bytes("{\"bomFormat\": \"none\"}")));
        assertThat(policy.verify(broken).toString()).contains("sbom.cdx.json is neither CycloneDX nor SPDX");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            high     | "ratings": [{"severity": "critical"}]                                         | true
            critical | "ratings": [{"severity": "high"}, {"severity": "low"}]                        | false
            medium   | "ratings": [{"severity": "low"}, {"severity": "medium"}]                      | true
            critical | "ratings": []                                                                 | true
            low      | "ratings": [{"severity": "high"}], "analysis": {"state": "not_affected"}      | false
            low      | "ratings": [{"severity": "high"}], "analysis": {"state": "exploitable"}       | true
            """)
    void vulnerabilities_that_the_bill_states_are_judged(String from, String vulnerability, boolean refused)
            throws Exception {
        String sbom = CYCLONEDX.formatted(
                "{\"id\": \"CVE-2025-1\", \"affects\": [{\"ref\": \"torch\"}], " + vulnerability + "}");
        ModelPackage model = signed(Map.of("sbom.cdx.json", bytes(sbom)));
        Verdict verdict = policy(", \"vulnerabilities\": {\"refuse-from\": \"" + from + "\"}")
                .verify(model);
        assertThat(verdict instanceof Verdict.Refused).isEqualTo(refused);
        if (refused) {
            assertThat(verdict.toString()).contains("CVE-2025-1", "torch");
        }
        assertThat(policy(", \"vulnerabilities\": {\"refuse-from\": \"low\", \"accepted\": [\"CVE-2025-1\"]}")
                        .verify(model))
                .isInstanceOf(Verdict.Verified.class);
    }

    @ParameterizedTest
    @CsvSource({"2.5.1, true", "2.5.9, true", "2.6.0, false", "2.10.0, false"})
    void advisories_are_held_against_what_the_bill_lists(String version, boolean refused) throws Exception {
        Files.createDirectories(folder.resolve("osv"));
        Files.writeString(folder.resolve("osv/one.json"), OSV);
        String rules = ", \"vulnerabilities\": {\"refuse-from\": \"high\", \"advisories\": \"osv\"%s}";
        for (Map.Entry<String, String> sbom : Map.of("sbom.cdx.json", CYCLONEDX.formatted(""), "sbom.spdx.json", SPDX)
                .entrySet()) {
            ModelPackage model =
                    store(Map.of(sbom.getKey(), bytes(sbom.getValue().replace("2.5.1", version))), sbom.getKey());
            assertThat(policy(rules.formatted("")).verify(model) instanceof Verdict.Refused)
                    .isEqualTo(refused);
            assertThat(policy(rules.formatted(", \"accepted\": [\"CVE-2025-32434\"]"))
                            .verify(model))
                    .isInstanceOf(Verdict.Verified.class);
        }
    }

    @Test
    void a_policy_that_makes_no_sense_is_named() {
        assertThatThrownBy(() -> policy(", \"vulnerabilities\": {\"refuse-from\": \"bad\"}"))
                .hasMessageContaining("refuse-from: expected low, medium, high or critical");
        assertThatThrownBy(() -> policy(", \"pins\": {\"lesion\": [\"latest\"]}"))
                .hasMessageContaining("expected sha256:");
        assertThatThrownBy(() -> TrustPolicy.read(folder.resolve("none.json"), Set.of()))
                .hasMessageContaining("there is no none.json");
    }

    private TrustPolicy policy(String more) throws Exception {
        Path file = Files.writeString(
                folder.resolve("trust.json"),
                "{\"format-version\": 1, \"keys\": [{\"name\": \"hospital\", \"file\": \"hospital.pub\"}]" + more
                        + "}");
        assertThat(JSON.std.mapFrom(Files.readString(file))).containsKey("keys");
        return TrustPolicy.read(file, Set.of());
    }

    private ModelPackage signed(Map<String, byte[]> documents) throws Exception {
        return store(documents, "");
    }

    private ModelPackage store(Map<String, byte[]> documents, String suffix) throws Exception {
        ModelStore own =
                ModelStore.at(folder.resolve("store" + (documents.isEmpty() ? "" : documents.hashCode() + suffix)));
        ModelPackage model = own.put(TestModels.source(folder, "1.0.0", documents));
        Signatures.sign(own.layout(), Digest.parse(model.digest()), "x", keys.getPrivate());
        return model;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
