package io.tomogrid.slices.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Keys made by the JDK's keytool: an authority, and who has a certificate of it. */
final class TestKeys {
    static final String PASSWORD = "pass-word";

    private final Path folder;

    TestKeys(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        make("authority", "-ext", "bc:c");
        keytool(
                "authority",
                "-exportcert",
                "-alias",
                "authority",
                "-rfc",
                "-file",
                authority().toString());
    }

    Path authority() {
        return folder.resolve("authority.pem");
    }

    Path file(String name) {
        return folder.resolve(name + ".p12");
    }

    Tls.Key key(String name) {
        return new Tls.Key(file(name), PASSWORD);
    }

    /** A key that signed itself. */
    void make(String name, String... extension) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(
                List.of("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name, "-validity", "2"));
        words.addAll(List.of(extension));
        keytool(name, words.toArray(String[]::new));
    }

    /** A key that the authority signed, for these names. */
    void makeSigned(String name, String names) throws IOException, InterruptedException {
        make(name);
        Path request = folder.resolve(name + ".csr");
        Path certificate = folder.resolve(name + ".pem");
        keytool(name, "-certreq", "-alias", name, "-file", request.toString());
        keytool(
                "authority",
                "-gencert",
                "-alias",
                "authority",
                "-rfc",
                "-ext",
                "san=" + names,
                "-infile",
                request.toString(),
                "-outfile",
                certificate.toString());
        keytool(
                name,
                "-importcert",
                "-noprompt",
                "-alias",
                "authority",
                "-file",
                authority().toString());
        keytool(name, "-importcert", "-noprompt", "-alias", name, "-file", certificate.toString());
    }

    private void keytool(String store, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-Xshare:auto"));
        command.addAll(List.of(words));
        command.addAll(List.of("-keystore", file(store).toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }
}
