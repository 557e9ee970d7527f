package io.tomogrid.node.bench.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A key that signed itself, for two days.
 *
 * @param store PKCS12 @param trust PEM of its certificate, for who calls
 */
record AgentKey(Path store, Path trust, String password) {
    private static final int PASSWORD_BYTES = 16;

    /** @param address of the server whose key it is */
    static AgentKey make(Path folder, String address) throws IOException {
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        AgentKey key = new AgentKey(
                folder.resolve("agent.p12"),
                folder.resolve("agent.pem"),
                HexFormat.of().formatHex(random));
        key.keytool(
                "-genkeypair", "-keyalg", "EC", "-dname", "CN=agent", "-validity", "2", "-ext", "san=ip:" + address);
        key.keytool("-exportcert", "-rfc", "-file", key.trust.toString());
        return key;
    }

    private void keytool(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(words));
        command.addAll(List.of("-alias", "agent", "-keystore", store.toString(), "-storepass:env", "STORE_PASSWORD"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("STORE_PASSWORD", password);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool " + words[0] + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
