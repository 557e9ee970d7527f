package io.tomogrid.inference.oci;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A client of registries: OCI distribution specification 1.1 over HTTPS, and over HTTP on this machine. What comes is
 * checked against its digest while it comes.
 */
public final class Registry {
    private static final int MAX_REDIRECTS = 5;
    /** An upload that is slower, bytes per second, is given up. */
    private static final long SLOWEST = 1 << 18;

    private static final Duration STALL = Duration.ofSeconds(60);

    private final HttpClient http;
    private final RegistryAuth auth;
    private final Duration stall;
    private Optional<String> authorization = Optional.empty();

    /** @param credentials user and password, colon between, for registries that ask */
    public Registry(Optional<String> credentials) {
        this(credentials, STALL);
    }

    /** @param stall a registry that gives nothing for so long has died */
    Registry(Optional<String> credentials, Duration stall) {
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
        this.auth = new RegistryAuth(credentials, http, stall);
        this.stall = stall;
    }

    /**
     * Sends a manifest of the layout with its blobs, then the signatures that the layout has of it.
     *
     * @param name where to, by tag
     */
    public void push(OciLayout layout, Descriptor entry, ImageName name) throws IOException {
        pushOne(layout, entry, name);
        Optional<Descriptor> signatures = layout.find(entry.digest().signatureTag());
        if (signatures.isPresent()) {
            pushOne(layout, signatures.get(), name.with(entry.digest().signatureTag()));
        }
    }

    /**
     * Brings a manifest with its blobs, and the signatures of it that lie beside it.
     *
     * @return the manifest, then the signatures' manifest if there is one, the latter with its name; the staging's commit
     *     puts them into the layout
     */
    public List<Descriptor> pull(ImageName name, Staging staging) throws IOException {
        Descriptor manifest = pullOne(name, staging)
                .orElseThrow(() -> new OciException(name + " is not in the registry: look at its name and tag"));
        List<Descriptor> all = new ArrayList<>(List.of(manifest));
        String tag = manifest.digest().signatureTag();
        pullOne(name.with(tag), staging).ifPresent(s -> all.add(s.with(Descriptor.REF, tag)));
        return all;
    }

    private void pushOne(OciLayout layout, Descriptor entry, ImageName name) throws IOException {
        Manifest manifest = layout.manifest(entry);
        for (Descriptor blob : manifest.blobs()) {
            upload(layout.blob(blob), blob, name);
        }
        HttpRequest.Builder put = request(uri(name, "manifests/" + name.reference()))
                .header("Content-Type", entry.mediaType())
                .PUT(BodyPublishers.ofByteArray(layout.bytes(entry)));
        try (InputStream body = expect(send(put, name), name, 201).body()) {
            body.readNBytes(Document.MAX_BYTES);
        }
    }

    private void upload(Path file, Descriptor blob, ImageName name) throws IOException {
        URI there = uri(name, "blobs/" + blob.digest());
        HttpRequest.Builder head = request(there).method("HEAD", BodyPublishers.noBody());
        if (send(head, name).statusCode() == 200) {
            return;
        }
        HttpRequest.Builder post = request(uri(name, "blobs/uploads/")).POST(BodyPublishers.noBody());
        HttpResponse<InputStream> begun = expect(send(post, name), name, 202);
        begun.body().close();
        String location = begun.headers()
                .firstValue("Location")
                .orElseThrow(
                        () -> new OciException("the registry " + name.host() + " began an upload without a Location"));
        URI target = name.base().resolve(location);
        if (!name.base().getAuthority().equals(target.getAuthority())) {
            throw new OciException("the registry " + name.host() + " wants the upload at another host, "
                    + Document.shown(String.valueOf(target.getAuthority())) + ": not followed");
        }
        String separator = target.getRawQuery() == null ? "?" : "&";
        BodyPublisher body = BodyPublishers.ofFile(file);
        HttpRequest.Builder put = HttpRequest.newBuilder(URI.create(target + separator + "digest=" + blob.digest()))
                .timeout(stall.plusSeconds(blob.size() / SLOWEST))
                .header("Content-Type", "application/octet-stream")
                .PUT(body);
        expect(send(put, name), name, 201).body().close();
    }

    private Optional<Descriptor> pullOne(ImageName name, Staging staging) throws IOException {
        HttpRequest.Builder get = request(uri(name, "manifests/" + name.reference()))
                .header("Accept", Manifest.MEDIA_TYPE + ", " + Manifest.DOCKER_MEDIA_TYPE)
                .GET();
        HttpResponse<InputStream> answer = send(get, name);
        if (answer.statusCode() == 404) {
            answer.body().close();
            return Optional.empty();
        }
        byte[] bytes = small(expect(answer, name, 200), name);
        Digest digest = Digest.of(bytes);
        if (name.byDigest() && !name.reference().equals(digest.toString())) {
            throw new OciException(name + ": the registry sent another manifest, " + digest);
        }
        Manifest manifest = Manifest.parse(bytes);
        String type = Document.parse("manifest", bytes).text("mediaType", Manifest.MEDIA_TYPE);
        Descriptor descriptor = new Descriptor(type, digest, bytes.length, Map.of());
        staging.receive(descriptor, new ByteArrayInputStream(bytes));
        for (Descriptor blob : manifest.blobs()) {
            if (!staging.has(blob.digest())) {
                download(blob, name, staging);
            }
        }
        return Optional.of(descriptor);
    }

    private void download(Descriptor blob, ImageName name, Staging staging) throws IOException {
        HttpRequest.Builder get = request(uri(name, "blobs/" + blob.digest())).GET();
        HttpResponse<InputStream> answer = redirected(send(get, name), name);
        try (InputStream body = new StallGuard(expect(answer, name, 200).body(), stall)) {
            staging.receive(blob, body);
        } catch (OciException e) {
            throw e;
        } catch (IOException e) {
            throw new OciException(
                    name + ": the registry broke off within " + blob.digest() + " (" + e.getMessage()
                            + "); nothing was kept, pull again",
                    e);
        }
    }

    /** Blobs may lie elsewhere; no password goes there. */
    private HttpResponse<InputStream> redirected(HttpResponse<InputStream> first, ImageName name) throws IOException {
        HttpResponse<InputStream> answer = first;
        for (int i = 0; answer.statusCode() / 100 == 3; i++) {
            String location = answer.headers().firstValue("Location").orElse("");
            answer.body().close();
            URI target = answer.uri().resolve(location);
            boolean downgrade = "https".equals(answer.uri().getScheme()) && !"https".equals(target.getScheme());
            if (i == MAX_REDIRECTS || location.isEmpty() || downgrade) {
                throw new OciException(name + ": the registry sends from one place to another: not followed");
            }
            answer = plain(HttpRequest.newBuilder(target).timeout(stall).GET().build(), name);
        }
        return answer;
    }

    private byte[] small(HttpResponse<InputStream> answer, ImageName name) throws IOException {
        try (InputStream body = new StallGuard(answer.body(), stall)) {
            byte[] bytes = body.readNBytes(Document.MAX_BYTES + 1);
            if (bytes.length > Document.MAX_BYTES) {
                throw new OciException(name + ": a manifest of more than " + Document.MAX_BYTES + " bytes");
            }
            return bytes;
        } catch (OciException e) {
            throw e;
        } catch (IOException e) {
            throw new OciException(
                    name + ": the registry broke off within the manifest; nothing was kept, pull again", e);
        }
    }

    private HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(stall);
    }

    private HttpResponse<InputStream> send(HttpRequest.Builder request, ImageName name) throws IOException {
        authorization.ifPresent(a -> request.setHeader("Authorization", a));
        HttpResponse<InputStream> answer = plain(request.build(), name);
        if (answer.statusCode() != 401) {
            return answer;
        }
        answer.body().close();
        try {
            authorization =
                    auth.answer(answer.headers().firstValue("WWW-Authenticate").orElse(""));
        } catch (InterruptedException e) {
            throw interrupted(name, e);
        }
        if (authorization.isEmpty()) {
            throw new OciException("the registry " + name.host() + " asks for a password:"
                    + " set TOMOGRID_REGISTRY_USER and TOMOGRID_REGISTRY_PASSWORD");
        }
        return plain(request.setHeader("Authorization", authorization.get()).build(), name);
    }

    private HttpResponse<InputStream> plain(HttpRequest request, ImageName name) throws IOException {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            throw interrupted(name, e);
        } catch (IOException e) {
            throw new OciException(
                    "the registry " + name.host() + " does not answer: "
                            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                    e);
        }
    }

    private static OciException interrupted(ImageName name, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new OciException("interrupted while the registry " + name.host() + " was asked", e);
    }

    private static HttpResponse<InputStream> expect(HttpResponse<InputStream> answer, ImageName name, int status)
            throws IOException {
        if (answer.statusCode() == status) {
            return answer;
        }
        String said = new String(answer.body().readNBytes(300), java.nio.charset.StandardCharsets.UTF_8);
        answer.body().close();
        String next = switch (answer.statusCode()) {
            case 401, 403 -> ": set TOMOGRID_REGISTRY_USER and TOMOGRID_REGISTRY_PASSWORD to somebody who may";
            case 404 -> ": look at its name and tag";
            case 429, 500, 502, 503, 504 -> ": try again later";
            default -> "";
        };
        throw new OciException(name + ": the registry answered " + answer.statusCode() + next
                + (said.isBlank() ? "" : " (" + Document.shown(said.strip()) + ")"));
    }

    private static URI uri(ImageName name, String path) {
        return name.base().resolve("/v2/" + name.repository() + "/" + path);
    }
}
