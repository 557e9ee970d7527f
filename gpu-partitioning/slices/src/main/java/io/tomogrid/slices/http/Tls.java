package io.tomogrid.slices.http;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/**
 * Our key and whom we trust, on either side of a connection between hosts (SLC-33). TLS 1.3 only; ciphers are the JDK's.
 * Keys are read once: after a change of certificate the process is started again.
 */
public final class Tls {
    private static final String PROTOCOL = "TLSv1.3";
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final SSLContext context;
    private final Set<String> names;
    private final Optional<Instant> until;
    private final boolean mutual;

    private Tls(SSLContext context, Optional<X509Certificate> own, boolean mutual) throws CertificateException {
        this.context = context;
        this.names = own.isPresent() ? namesOf(own.get()) : Set.of();
        this.until = own.map(certificate -> certificate.getNotAfter().toInstant());
        this.mutual = mutual;
    }

    /**
     * A key of ours in a PKCS12 file. Its password is the environment's, never the command line's.
     *
     * @param password of the file and of the key
     */
    public record Key(Path file, String password) {}

    /**
     * The side that listens.
     *
     * @param trust PEM file of the authorities whose clients are let in; without it those in the key's file count, which are
     *     its trusted certificates and the root of the key's chain
     * @param mutual whether clients must show a certificate
     * @throws IOException naming the file and what is wrong with it
     */
    public static Tls server(Key key, Optional<Path> trust, boolean mutual) throws IOException {
        return of(Optional.of(key), trust, mutual);
    }

    /**
     * The side that calls.
     *
     * @param trust PEM file of the authorities, or of the servers' own certificates
     * @param key shown to servers that ask; empty for none
     * @throws IOException naming the file and what is wrong with it
     */
    public static Tls client(Path trust, Optional<Key> key) throws IOException {
        return of(key, Optional.of(trust), false);
    }

    public SSLContext context() {
        return context;
    }

    /** Protocols and whether the other side must show a certificate. */
    public SSLParameters parameters() {
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setProtocols(new String[] {PROTOCOL});
        parameters.setNeedClientAuth(mutual);
        return parameters;
    }

    /** DNS names and addresses that our certificate is for. */
    public Set<String> names() {
        return names;
    }

    /** When our certificate ends; empty without one. */
    public Optional<Instant> until() {
        return until;
    }

    private static Tls of(Optional<Key> key, Optional<Path> trust, boolean mutual) throws IOException {
        try {
            KeyManager[] keys = new KeyManager[0];
            Optional<X509Certificate> own = Optional.empty();
            List<Certificate> trusted = trust.isPresent() ? pem(trust.get()) : new ArrayList<>();
            if (key.isPresent()) {
                KeyStore store = open(key.get());
                String alias = alias(store, key.get().file());
                own = Optional.of(valid(
                        (X509Certificate) store.getCertificate(alias), key.get().file()));
                KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(store, key.get().password().toCharArray());
                keys = factory.getKeyManagers();
                if (trust.isEmpty()) {
                    trusted = authorities(store, alias);
                }
            }
            if (trusted.isEmpty() && mutual) {
                throw new IOException(key.orElseThrow().file()
                        + " names no authority whose clients are let in: import its certificate (keytool -importcert), or"
                        + " name a PEM file by --tls-trust");
            }
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            context.init(keys, trustOf(trusted).getTrustManagers(), null);
            return new Tls(context, own, mutual);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static KeyStore open(Key key) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(key.file().toFile())) {
            store.load(in, key.password().toCharArray());
        } catch (IOException e) {
            throw new IOException(
                    key.file() + " cannot be opened as a PKCS12 file with the password given: " + e.getMessage(), e);
        }
        return store;
    }

    private static String alias(KeyStore store, Path file) throws IOException, GeneralSecurityException {
        List<String> keys = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                keys.add(alias);
            }
        }
        if (keys.size() != 1) {
            throw new IOException(file + " has " + keys.size() + " keys, expected one");
        }
        return keys.get(0);
    }

    private static X509Certificate valid(X509Certificate certificate, Path file) throws IOException {
        Instant now = Instant.now();
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        if (now.isBefore(from) || now.isAfter(until)) {
            throw new IOException(
                    file + ": the certificate is valid from " + from + " until " + until + ", and now it is " + now);
        }
        return certificate;
    }

    private static List<Certificate> authorities(KeyStore store, String own) throws GeneralSecurityException {
        List<Certificate> result = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isCertificateEntry(alias)) {
                result.add(store.getCertificate(alias));
            }
        }
        Certificate[] chain = store.getCertificateChain(own);
        if (chain.length > 1) {
            result.add(chain[chain.length - 1]);
        }
        return result;
    }

    private static List<Certificate> pem(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            List<Certificate> result =
                    List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (result.isEmpty()) {
                throw new IOException(file + " holds no certificate");
            }
            return result;
        } catch (CertificateException e) {
            throw new IOException(file + " is no PEM file of certificates: " + e.getMessage(), e);
        }
    }

    private static TrustManagerFactory trustOf(List<Certificate> trusted) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int n = 0; n < trusted.size(); n++) {
            store.setCertificateEntry("trusted-" + n, trusted.get(n));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private static Set<String> namesOf(X509Certificate certificate) throws CertificateException {
        Set<String> result = new TreeSet<>();
        if (certificate.getSubjectAlternativeNames() != null) {
            for (List<?> name : certificate.getSubjectAlternativeNames()) {
                if (name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS)) {
                    result.add(String.valueOf(name.get(1)));
                }
            }
        }
        return result;
    }
}
