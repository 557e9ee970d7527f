package io.tomogrid.inference.trust;

import io.tomogrid.inference.oci.OciException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** Keys on the curve P-256 in PEM: private ones as PKCS #8, public ones as SubjectPublicKeyInfo, as cosign and openssl write it. */
public final class Keys {
    private static final int P256_BITS = 256;

    private Keys() {}

    public static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
    }

    public static String pem(PublicKey key) {
        return pem("PUBLIC KEY", key.getEncoded());
    }

    public static String pem(PrivateKey key) {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** @throws OciException if the file holds no public key on P-256 */
    public static PublicKey publicKey(Path file) throws IOException {
        try {
            PublicKey key =
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der(file, "PUBLIC KEY")));
            if (key instanceof ECPublicKey ec && ec.getParams().getOrder().bitLength() == P256_BITS) {
                return key;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new OciException(file.getFileName() + " is no public key on the curve P-256", e);
        }
        throw new OciException(file.getFileName() + " is a key on another curve than P-256");
    }

    /** @throws OciException if the file holds no private key on P-256, or an encrypted one */
    public static PrivateKey privateKey(Path file) throws IOException {
        try {
            PrivateKey key =
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der(file, "PRIVATE KEY")));
            if (key instanceof ECPrivateKey ec && ec.getParams().getOrder().bitLength() == P256_BITS) {
                return key;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new OciException(file.getFileName() + " is no private key on the curve P-256", e);
        }
        throw new OciException(file.getFileName() + " is a key on another curve than P-256");
    }

    private static byte[] der(Path file, String what) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > 1 << 16) {
            throw new OciException("no key file " + file);
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        String begin = "-----BEGIN " + what + "-----";
        String end = "-----END " + what + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf(end);
        if (from < 0 || to < from) {
            throw new OciException(file.getFileName() + ": expected a PEM file with " + begin
                    + "; openssl pkcs8 -topk8 -nocrypt makes one of an older or encrypted private key");
        }
        return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    }

    private static String pem(String what, byte[] der) {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n";
    }
}
